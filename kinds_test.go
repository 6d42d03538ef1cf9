package resp_test

import "github.com/seed65f5866d/resp"

// validKinds are all kinds there are.
var validKinds = func() (kinds []resp.Kind) {
	for c := range 256 {
		if k := resp.Kind(c); k.IsValid() {
			kinds = append(kinds, k)
		}
	}
	return kinds
}()
