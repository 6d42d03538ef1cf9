//go:build respdebug

package resp

// This file is built with the tag respdebug alone, for tests of software that
// reads with a Decoder: it makes views that are kept too long show.

const debugViews = true

// poison is what expired views are overwritten with. No token starts with it.
const poison = 0xDB

// expireViews overwrites all that views from the last call may look at.
func (d *Decoder) expireViews() {
	consumed := d.pos - d.kept
	poisonBytes(d.data[min(d.expired, consumed):consumed])
	d.expired = consumed
	if d.workspace == nil {
		return
	}
	poisonBytes(d.joined)
	poisonBytes(d.unquoted)
	clear(d.args)
}

func poisonBytes(b []byte) {
	for i := range b {
		b[i] = poison
	}
}
