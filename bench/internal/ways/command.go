package ways

import (
	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/measure"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Pipeline is the name of the workload that is read 16 requests at a time.
const Pipeline = "command, 16 at a time"

func init() {
	add("command", func() []Row {
		s := named("command")[0].Build()
		return []Row{command("ReadCommand", decodeCommands(s, PieceSize)), commands(s, PieceSize)}
	})
	add(Pipeline, func() []Row {
		s := named("command")[0].Build()
		piece := 16 * len(s.Wire) / s.Frames
		return []Row{command("ReadCommand", decodeCommands(s, piece)), commands(s, piece)}
	})
}

// serverTotal is what a server takes for one request by default.
var serverTotal = resp.MaxTotalLen(1 << 30)

func decodeCommands(s *workload.Stream, piece int) *decoding {
	return decodePieces(s, piece, serverTotal)
}

func command(name string, d *decoding) Row {
	return d.summed(name, func() error {
		for range d.Frames {
			if _, err := d.ReadCommand(); err != nil {
				return err
			}
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			c, err := d.ReadCommand()
			if err != nil {
				return 0, err
			}
			addCommand(&sum, c)
		}
		return sum, nil
	})
}

// commands reads all commands that are buffered in one call. Those that are
// buffered may be of the next pass already, so it is their number that tells when
// a pass is over.
func commands(s *workload.Stream, piece int) Row {
	d := decodeCommands(s, piece)
	var commands []resp.Command
	ahead := 0 // commands of this pass that the last one has read
	pass := func(each func(resp.Command)) (err error) {
		n := ahead
		for ; n < s.Frames; n += len(commands) {
			if commands, err = d.ReadCommands(commands[:0]); err != nil {
				return err
			}
			if each != nil {
				for _, c := range commands {
					each(c)
				}
			}
		}
		ahead = n - s.Frames
		return nil
	}
	check := func() error {
		n, sum := 0, workload.Sum(0)
		err := pass(func(c resp.Command) {
			if n++; n <= s.Frames {
				addCommand(&sum, c)
			}
		})
		return errorsFirst(err, d.sameSum(sum))
	}
	return Row{
		Row:   measure.Row{Name: "ReadCommands", Units: s.Frames, Pass: func() error { return pass(nil) }},
		Check: check,
	}
}

func addCommand(sum *workload.Sum, c resp.Command) {
	sum.Add(len(c.Args))
	for _, arg := range c.Args {
		sum.Add(len(arg))
	}
}
