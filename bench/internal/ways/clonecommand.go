package ways

import (
	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Requests that are kept.
func init() { addTo(named("command"), commandClones) }

// keptCommand is where clones go, so that they are made on the heap.
var keptCommand resp.Command

func commandClones(s *workload.Stream) Row {
	d := decodeCommands(s, PieceSize)
	return keeping(d.summed("ReadCommand, Clone", func() error {
		for range d.Frames {
			c, err := d.ReadCommand()
			if err != nil {
				return err
			}
			keptCommand = c.Clone()
		}
		return nil
	}, func() (sum workload.Sum, err error) {
		for range d.Frames {
			c, err := d.ReadCommand()
			if err != nil {
				return 0, err
			}
			keptCommand = c.Clone()
			addCommand(&sum, keptCommand)
		}
		return sum, nil
	}))
}
