module github.com/seed65f5866d/resp/bench

go 1.25.0

replace github.com/seed65f5866d/resp => ../

require (
	github.com/alicebob/miniredis/v2 v2.40.0
	github.com/emirpasic/gods v1.12.0
	github.com/gomodule/redigo v1.9.3
	github.com/google/go-cmp v0.7.0
	github.com/joomcode/errorx v0.8.0
	github.com/joomcode/redispipe v0.9.4
	github.com/mediocregopher/radix/v4 v4.1.4
	github.com/redis/go-redis/v9 v9.22.0
	github.com/redis/rueidis v1.0.79
	github.com/secmask/go-redisproto v0.1.0
	github.com/seed65f5866d/resp v0.0.0-00010101000000-000000000000
	github.com/smallnest/resp3 v0.1.1
	github.com/tidwall/redcon v1.6.2
	github.com/tidwall/resp v0.1.1
	golang.org/x/sys v0.47.0
	gonum.org/v1/plot v0.17.0
)

require (
	codeberg.org/go-fonts/liberation v0.5.0 // indirect
	codeberg.org/go-latex/latex v0.2.0 // indirect
	codeberg.org/go-pdf/fpdf v0.11.1 // indirect
	git.sr.ht/~sbinet/gg v0.7.0 // indirect
	github.com/ajstarks/svgo v0.0.0-20211024235047-1546f124cd8b // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/golang/freetype v0.0.0-20170609003504-e2365dfdc4a0 // indirect
	github.com/leanovate/gopter v0.2.11 // indirect
	github.com/tidwall/btree v1.1.0 // indirect
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tilinna/clock v1.0.2 // indirect
	go.uber.org/atomic v1.11.0 // indirect
	golang.org/x/image v0.30.0 // indirect
	golang.org/x/text v0.41.0 // indirect
)
