package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
)

// takeTLS takes the settings of TLS, with the files that raw names.
func (c *config) takeTLS(raw *rawFlags) error {
	if !raw.useTLS {
		for _, name := range []string{"tls-ca", "tls-cert", "tls-key", "tls-server-name", "tls-insecure"} {
			if raw.given[name] {
				return fmt.Errorf("-%s needs -tls, or a rediss:// or valkeys:// URL", name)
			}
		}
		return nil
	}
	cfg := &tls.Config{ServerName: raw.tlsServerName, InsecureSkipVerify: raw.tlsInsecure}
	if cfg.ServerName == "" {
		cfg.ServerName = c.host()
	}
	if err := trust(cfg, raw.tlsCA); err != nil {
		return fmt.Errorf("-tls-ca: %w", err)
	}
	if err := identify(cfg, raw.tlsCert, raw.tlsKey); err != nil {
		return fmt.Errorf("-tls-cert and -tls-key: %w", err)
	}
	c.options.tls = cfg
	return nil
}

// host is the name that the server's certificate must have.
func (c *config) host() string {
	if c.network == "unix" {
		return "localhost"
	}
	host, _, _ := net.SplitHostPort(c.addr) // validateAddress has seen that it splits
	return host
}

// trust makes cfg trust the certificates in a file in place of the system's.
func trust(cfg *tls.Config, file string) error {
	if file == "" {
		return nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	cfg.RootCAs = x509.NewCertPool()
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("no PEM certificate in %s", file)
	}
	return nil
}

// identify gives cfg the certificate of the client.
func identify(cfg *tls.Config, certFile, keyFile string) error {
	if certFile == "" && keyFile == "" {
		return nil
	}
	if certFile == "" || keyFile == "" {
		return errors.New("one needs the other")
	}
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	cfg.Certificates = []tls.Certificate{cert}
	return err
}
