package monitor_test

import (
	"fmt"

	"github.com/seed65f5866d/resp/monitor"
)

func ExampleParse() {
	m, err := monitor.Parse([]byte(`1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`))
	fmt.Println(m.Time, m.DB, m.Peer, err)
	fmt.Printf("%q\n", m.Args)

	_, err = monitor.Parse([]byte(`1339518083.107412 [0 lua] "keys" *`))
	fmt.Println(err)
	// Output:
	// 2012-06-12 16:21:23.107412 +0000 UTC 0 127.0.0.1:60866 <nil>
	// ["keys" "*"]
	// resp: syntax error at offset 33: expected the quote of an argument, found "1339518083.107412 [0 lua] \"keys\" *"
}

func ExampleAppend() {
	m, err := monitor.Parse([]byte(`1339518083.107412 [9 [::1]:60866] "set" "secret" "\x00\x01"`))
	if err != nil {
		fmt.Println(err)
		return
	}
	m.Args[2] = []byte("(redacted)")
	fmt.Println(string(monitor.Append(nil, m)))
	// Output:
	// 1339518083.107412 [9 [::1]:60866] "set" "secret" "(redacted)"
}
