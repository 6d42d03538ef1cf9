module github.com/seed65f5866d/resp

go 1.25.0

require (
	github.com/alicebob/miniredis/v2 v2.40.0
	github.com/google/go-cmp v0.7.0
	github.com/leanovate/gopter v0.2.9
	github.com/urfave/cli/v3 v3.14.0
)

require github.com/yuin/gopher-lua v1.1.1 // indirect
