package main

import "context"

// check runs the checks, or -conformance.
func (p *program) check(ctx context.Context, cfg *config) error {
	if cfg.conformance {
		return p.conformance(ctx, cfg)
	}
	srv, err := openServer(ctx, cfg)
	if err != nil {
		return err
	}
	defer srv.stop()
	s, err := newSession(ctx, cfg, srv, newReporter(cfg, p))
	if err != nil {
		return err
	}
	if status := s.runAll(ctx); status != statusOK {
		return exit(status)
	}
	return nil
}
