package main

import (
	"bytes"

	"github.com/seed65f5866d/resp"
)

// list is items, whose bytes never change: those of left from its end to its start,
// and then those of right. A nil list is empty.
type list struct {
	left, right [][]byte
}

func (l *list) len() int {
	if l == nil {
		return 0
	}
	return len(l.left) + len(l.right)
}

func (l *list) at(i int) []byte {
	if i < len(l.left) {
		return l.left[len(l.left)-1-i]
	}
	return l.right[i-len(l.left)]
}

func (l *list) pushLeft(item []byte)  { l.left = append(l.left, item) }
func (l *list) pushRight(item []byte) { l.right = append(l.right, item) }
func (l *list) popLeft() []byte       { return popFrom(&l.left, &l.right) }
func (l *list) popRight() []byte      { return popFrom(&l.right, &l.left) }

// popFrom takes the last item of near or, when there is none, the first of far.
func popFrom(near, far *[][]byte) (item []byte) {
	if last := len(*near) - 1; last >= 0 {
		item, (*near)[last] = (*near)[last], nil
		*near = (*near)[:last]
		return item
	}
	item, (*far)[0] = (*far)[0], nil
	*far = (*far)[1:]
	return item
}

func push(to func(*list, []byte)) runner {
	return on(func(c *session, items *list, args [][]byte) resp.Value {
		if items == nil {
			items = &list{}
			c.db.values[string(args[1])] = items
		}
		for _, item := range args[2:] {
			to(items, bytes.Clone(item))
		}
		return integer(int64(items.len()))
	})
}

func pop(from func(*list) []byte) runner {
	return on(func(c *session, items *list, args [][]byte) resp.Value {
		if items == nil {
			return null
		}
		item := from(items)
		if items.len() == 0 {
			c.db.delete(string(args[1]))
		}
		return bulk(item)
	})
}

func countItems(_ *session, items *list, _ [][]byte) resp.Value { return integer(int64(items.len())) }

func itemRange(c *session, items *list, args [][]byte) resp.Value {
	first, ok1 := number(args[2])
	last, ok2 := number(args[3])
	if !ok1 || !ok2 {
		return notAnInteger
	}
	n := int64(items.len())
	if first < 0 {
		first = max(first+n, 0)
	}
	if last < 0 {
		last += n
	}
	last = min(last, n-1)
	elems := c.room.take(int(max(last-first+1, 0)))
	for i := first; i <= last; i++ {
		elems = append(elems, bulk(items.at(int(i))))
	}
	return array(elems...)
}
