package resp

import (
	"errors"
	"iter"

	"github.com/seed65f5866d/resp/internal/window"
)

// This file holds the loops over the elements of an aggregate. The loop reads the
// header, the body what it wants of each element, and the loop the rest. How much
// the body has read is told by the frame of the aggregate, which counts what has
// begun in it, and by nesting.low, which tells whether that frame was left.

var errStrayed = errors.New("resp: the body of a loop over Elements or Entries has read more than its element")

// Elements returns an iterator over the elements of the next Array or Set, or inside
// an aggregate of a Push, counted and streamed alike. It yields the index of each,
// and the body of the loop reads that element with any method of the Decoder, a
// loop over its own elements too:
//
//	for _, err := range d.Elements() {
//		if err != nil {
//			return err
//		}
//		name, err := d.ReadString()
//		...
//	}
//
// What the body leaves of its element is skipped: all of it, the rest of an aggregate
// or of a BulkReader, and what was interrupted in it. So is what is left of the
// aggregate after break, return or a panic: what has arrived at once, and the rest by
// the next read of the Decoder. Leaving waits for nothing, and is no call that ends
// views; going on with the loop is one.
//
// An error of the loop is yielded once, with the index of the element it came at,
// and ends it. What comes instead of an array is treated as ReadArrayLen does, and
// nothing has been read when that is interrupted. Behind the header a
// loop cannot be repeated: when it ends, what is left of the aggregate is given up. A
// read of the body that was interrupted can be repeated in the body. Where reads are
// interrupted often, as in event loops, Decode or ReadArrayLen are better.
//
// A body that reads more than its element is a mistake which would shift all that is
// read later. The loop yields an error that says so, and the Decoder stays in it
// until Reset. A body that resets the Decoder ends the loop.
func (d *Decoder) Elements() iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		t, err := d.openArray()
		d.loop(t, err, 1, yield)
	}
}

// Entries returns an iterator over the entries of the next Map, or of an Array with
// an even count, which stands for it in RESP2. It yields the index of each entry, and
// the body of the loop reads its key and then its value. What the body leaves of
// either is skipped. All else is as [Decoder.Elements] has it, with ReadMapLen in the
// place of ReadArrayLen.
func (d *Decoder) Entries() iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		t, err := d.openMap()
		d.loop(t, err, 2, yield)
	}
}

// walk is a run over the elements of the aggregate that was opened last.
type walk struct {
	step     int64 // values that one body may read
	left     int64 // what the frame counted when the body began
	inside   int   // frames around the elements
	streamed bool

	// where reading goes on when the aggregate is complete
	after frame
	outer int

	done bool // the loop has seen the end
}

// loop yields what Elements and Entries do, where opening the aggregate gave t and
// err.
func (d *Decoder) loop(t Token, err error, step int64, yield func(int, error) bool) {
	if err != nil {
		yield(0, err)
		return
	}
	if t.Len() == 0 {
		return
	}
	w := walk{step: step, left: d.nest.left, inside: len(d.nest.outer), streamed: t.IsStreamed()}
	w.after, w.outer = d.nest.afterInnermost()
	defer d.leave(&w, d.nest.low)
	d.nest.low = w.inside
	for i := 0; ; i++ {
		if w.streamed {
			if err := d.takeEndOf(&w); err != nil {
				yield(i, err)
				return
			}
		}
		if w.done || !yield(i, nil) {
			return
		}
		if window.Debug {
			d.expireViews()
		}
		if d.hasTakenOne(&w) {
			w.left = d.nest.left
		} else if err := d.finish(&w); err != nil {
			yield(i, err)
			return
		}
	}
}

// takeEndOf takes the end of a streamed aggregate off the input, if it comes next.
func (d *Decoder) takeEndOf(w *walk) error {
	if w.done {
		return nil
	}
	if err := d.need(1); err != nil || Kind(d.in.Data[d.in.Pos]) != End {
		return err
	}
	_, err := d.readToken()
	w.done = err == nil
	return err
}

// hasTakenOne reports whether the body has read its element, neither more nor less,
// and it was not the last one.
func (d *Decoder) hasTakenOne(w *walk) bool {
	n := &d.nest
	return d.fast && len(n.outer) == w.inside && n.low == w.inside && n.left == w.left-w.step
}

// finish skips what the body has left of its element.
func (d *Decoder) finish(w *walk) error {
	if w.done = d.nest.low < 0; w.done {
		return nil
	}
	if err := d.check(w); err != nil {
		return err
	}
	for d.isInside(w) {
		if err := d.drop(w.inside); err != nil {
			return err
		}
	}
	w.left -= w.step
	w.done = d.nest.low < w.inside
	return nil
}

// check returns the error that the body has left the Decoder in, or puts it into
// one when the body has read more than its element.
func (d *Decoder) check(w *walk) error {
	if d.op.done { // but for a writer, who gets no more
		d.in.Kept = 0
		d.startOperation(operation{})
	}
	if d.err == nil && d.hasStrayed(w) {
		d.err = errStrayed
		d.settle()
	}
	return d.err
}

// isInside reports whether what comes next belongs to the element of the body.
func (d *Decoder) isInside(w *walk) bool {
	switch n := &d.nest; {
	case d.op.name != "":
		return true
	case n.low < w.inside:
		return false
	default:
		return len(n.outer) > w.inside || w.left-n.left < w.step
	}
}

// hasStrayed reports whether the body has read more than its element.
func (d *Decoder) hasStrayed(w *walk) bool {
	n, underWay := &d.nest, d.op.name != ""
	if n.low < w.inside { // the aggregate is complete; the loop itself takes the end of a streamed one
		return underWay || w.left != w.step || n.low != w.outer || n.at(w.outer) != w.after
	}
	begun := w.left - n.at(w.inside).left
	if underWay && len(n.outer) == w.inside {
		begun++ // the frame has not counted it yet
	}
	return begun > w.step
}

// leave drops what is left of the aggregate, as far as it has arrived, and has the
// next read drop the rest. low is what nesting.low was before the loop.
func (d *Decoder) leave(w *walk, low int) {
	if !w.done && d.nest.low >= 0 && d.check(w) == nil && d.nest.low >= w.inside {
		source := d.in.Detach() // so that nothing is waited for
		d.drop(w.inside - 1)
		d.in.Attach(source)
	}
	d.nest.low = min(d.nest.low, low)
}
