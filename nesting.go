package resp

// This file records which aggregates are open, and so decides what may come next and
// where a value ends. It has one counter for the innermost aggregate and a stack for
// the others, so decoding never recurses.
//
// Every value takes one off the counter of the aggregate around it when it begins. A
// counted aggregate is complete when its counter is zero. The counters of streamed
// aggregates and of the top level start below zero and never get there. An attribute
// of n pairs works like an aggregate of 2n+1 elements, the last of which is the
// value it decorates; so both together count as one element.

// streamedString is the kind of the frame of a `$?`, whose elements are chunks.
const streamedString = BulkString

// frame is one open aggregate.
type frame struct {
	left int64 // elements that have not begun, or -1 minus those that have where they are not counted
	kind Kind  // 0 at top level, and for what is decorated

	// decorated says that the pairs of an attribute have been read, and that the value
	// it decorates has not.
	decorated bool
}

// nesting is the innermost open aggregate and those around it.
type nesting struct {
	frame
	outer []frame
	depth int   // open aggregates; neither decorated frames nor streamed strings count
	bytes int64 // of the chunks of the streamed string that is open
	low   int   // fewest frames that have been around since a loop set it; -1 after reset
}

// topLevel is the frame of the top level, where any number of values may follow.
var topLevel = frame{left: -1}

// reset makes n the top level, a place for any number of values.
func (n *nesting) reset() { *n = nesting{frame: topLevel, outer: n.outer[:0], low: -1} }

// resetOne makes n a place for one value inside depth open aggregates.
func (n *nesting) resetOne(depth int) {
	*n = nesting{frame: frame{left: 1}, outer: n.outer[:0], depth: depth}
}

// isDone reports whether the one value of resetOne is complete.
func (n *nesting) isDone() bool { return n.left == 0 }

// atTop reports whether no aggregate is open, nor an attribute waiting for
// its value.
func (n *nesting) atTop() bool { return len(n.outer) == 0 }

// valueAtTop reports whether the next value is at top level, also when some of its
// attributes have been read.
func (n *nesting) valueAtTop() bool {
	return n.atTop() || n.decorated && len(n.outer) == 1
}

// inStreamedString reports whether the next token has to be a chunk.
func (n *nesting) inStreamedString() bool { return n.kind == streamedString }

// mayEnd reports whether `.` may come next: in a streamed aggregate in the place of
// an element, and of a key in a map (grammar, rule 7).
func (n *nesting) mayEnd() bool {
	if n.left >= 0 || n.kind == 0 || n.kind == streamedString {
		return false
	}
	return n.kind != Map || n.left&1 != 0
}

// allows reports whether a token of kind k may come next.
func (n *nesting) allows(k Kind) bool {
	switch {
	case n.kind == streamedString:
		return k == Chunk
	case k == End:
		return n.mayEnd()
	}
	return k != Chunk && k.isValid()
}

// add records the token t, which n allows.
func (n *nesting) add(t Token) {
	switch {
	case t.kind == Chunk:
		n.left--
		n.bytes += t.n
		if t.n == 0 {
			n.pop()
		}
	case t.kind == End:
		n.pop()
	case t.kind.IsAggregate() && t.flags&flagNull == 0:
		n.open(t)
	case t.flags == flagStreamed:
		n.left--
		n.push(frame{left: -1, kind: streamedString})
		n.bytes = 0
		return
	default:
		n.left--
	}
	if n.left == 0 {
		n.close()
	}
}

// open records the aggregate header t. It does not close an empty aggregate.
func (n *nesting) open(t Token) {
	inner := frame{left: t.n, kind: t.kind}
	if t.kind.hasPairs() {
		inner.left *= 2
	}
	if t.flags&flagStreamed != 0 {
		inner.left = -1
	}
	n.left--
	n.depth++
	if t.kind == Attribute && n.decorated {
		n.frame = inner // one of several attributes in a row, which share the value they decorate
		return
	}
	n.push(inner)
}

func (n *nesting) push(f frame) {
	n.outer = append(n.outer, n.frame)
	n.frame = f
}

func (n *nesting) pop() {
	if n.kind.IsAggregate() {
		n.depth--
	}
	last := len(n.outer) - 1
	n.frame = n.outer[last]
	n.outer = n.outer[:last]
	n.low = min(n.low, last)
}

// close leaves every aggregate that is complete. It is not inlined, so that its
// callers, which run for every scalar, can be.
//
//go:noinline
func (n *nesting) close() {
	for n.left == 0 && len(n.outer) > 0 {
		if n.kind == Attribute {
			n.depth--
			n.frame = frame{left: 1, decorated: true}
			return
		}
		n.pop()
	}
}

// endOfValue returns how many frames are open once the next value is complete. An
// attribute before the value ends with it.
func (n *nesting) endOfValue() int {
	if n.decorated {
		return len(n.outer) - 1
	}
	return len(n.outer)
}

// at returns the frame that has outer frames around it.
func (n *nesting) at(outer int) frame {
	if outer == len(n.outer) {
		return n.frame
	}
	return n.outer[outer]
}

// afterInnermost returns the frame that close reaches when the innermost aggregate
// is complete, and how many frames are around it.
func (n *nesting) afterInnermost() (f frame, outer int) {
	for outer = len(n.outer) - 1; outer > 0 && n.outer[outer].left == 0; outer-- {
		if n.outer[outer].kind == Attribute {
			return frame{left: 1, decorated: true}, outer
		}
	}
	return n.outer[outer], outer
}

// depthBehind returns how many aggregates are open after the begun value that has at
// most outer frames around it.
func (n *nesting) depthBehind(outer int) (depth int) {
	left := n.at(outer).left
	if outer == len(n.outer) {
		left-- // the value has not been counted yet
	}
	for left == 0 && outer > 0 {
		isAttribute := n.at(outer).kind == Attribute
		outer--
		if isAttribute {
			break // the value it decorates is still to come
		}
		left = n.at(outer).left
	}
	for ; outer > 0; outer-- {
		if kind := n.at(outer).kind; kind.IsAggregate() || kind == streamedString {
			depth++
		}
	}
	return depth
}
