package resp

// This file records which aggregates are open, and so decides what may come next and
// where a value ends. It has one counter for the innermost aggregate and a stack for
// the others, so decoding never recurses.
//
// Every value takes one off the counter of the aggregate around it when it begins. A
// counted aggregate is complete when its counter is zero. The counters of streamed
// aggregates and of the top level start below zero and never get there.
//
// An attribute and the value it decorates count as one element. A frame for the value
// waits below that of the attribute's pairs, and both are open in the middle of
//
//	|1\r\n +ttl\r\n :3600\r\n $3\r\nfoo\r\n
//
// where :3600 comes next: the pairs lack one element, and so does the frame below.

// streamedString is the kind of the frame of a `$?`, whose elements are chunks.
const streamedString = BulkString

// frame is one open aggregate.
type frame struct {
	left int64 // elements that have not begun, or -1 minus those that have where they are not counted
	kind Kind  // 0 at top level, and for what is decorated

	decorated bool // the one element is a value with attributes before it
}

// nesting is the innermost open aggregate and those around it.
type nesting struct {
	frame
	outer []frame
	depth int   // open aggregates; neither decorated frames nor streamed strings count
	bytes int64 // of the chunks of the streamed string that is open

	// lowest is the fewest frames that have been around since the innermost loop over
	// elements began, or noLoop. A body that resets the Decoder leaves noLoop.
	lowest int
}

// noLoop is the value of lowest outside loops. No number of frames is lower.
const noLoop = -1

// topLevel is the frame of the top level, where any number of values may follow.
var topLevel = frame{left: -1}

// reset makes n the top level, a place for any number of values.
func (n *nesting) reset() { *n = nesting{frame: topLevel, outer: n.outer[:0], lowest: noLoop} }

// resetOne makes n a place for one value inside depth open aggregates.
func (n *nesting) resetOne(depth int) {
	*n = nesting{frame: frame{left: 1}, outer: n.outer[:0], depth: depth, lowest: noLoop}
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
		if t.kind == Attribute {
			n.decorate()
		}
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

// decorate opens the frame for a value with attributes, unless they have one already,
// and makes room in it for one attribute.
func (n *nesting) decorate() {
	if !n.decorated {
		n.left--
		n.push(frame{left: 1, decorated: true})
	}
	n.left++
}

// open records the aggregate header t, which is no attribute's unless decorate has
// made room for that. It does not close an empty aggregate.
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
	if last < n.lowest {
		n.lowest = last
	}
}

// close leaves every aggregate that is complete. It is not inlined, so that its
// callers, which run for every scalar, can be.
//
//go:noinline
func (n *nesting) close() {
	for n.left == 0 && len(n.outer) > 0 {
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

// afterInnermost returns the frame in which reading goes on when the innermost
// aggregate is complete, and how many frames are around it. That is the first one that
// lacks elements: close leaves the others with the innermost one. An aggregate has to be
// open.
func (n *nesting) afterInnermost() (f frame, outer int) {
	outer = len(n.outer) - 1
	for outer > 0 && n.outer[outer].left == 0 {
		outer--
	}
	return n.outer[outer], outer
}

// depthAfter returns how many aggregates are open once a value is complete that has
// outer frames around it. n is before that value, or inside it. Inside the string of
//
//	*2\r\n *1\r\n $3\r\nfoo\r\n :1\r\n
//
// which has two frames around it, it returns 1: with the string *1 is complete, but *2
// lacks an element.
func (n *nesting) depthAfter(outer int) (depth int) {
	left := n.at(outer).left
	if outer == len(n.outer) {
		left-- // the value is counted when it is complete
	}
	for left == 0 && outer > 0 { // as close does
		outer--
		left = n.at(outer).left
	}
	for ; outer > 0; outer-- {
		if kind := n.at(outer).kind; kind.IsAggregate() || kind == streamedString {
			depth++
		}
	}
	return depth
}
