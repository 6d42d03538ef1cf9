package replication_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/replication"
)

// A replica asks with PSYNC and gets an RDB, then the command stream. It
// acknowledges how far it has got in that.
func ExampleReader() {
	master := strings.NewReader("\n" + // keeps the connection alive
		"+FULLRESYNC 8371445ee47adf9ef7ea8b1b2e2a5c8a3f8f2d11 1000\r\n" +
		"\n$13\r\nREDIS0011\xfa...*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n\n" +
		"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n")
	var toMaster bytes.Buffer
	enc := resp.NewEncoder(&toMaster)
	dec := resp.NewDecoder(master, resp.ServerLimits())
	r := replication.NewReader(dec)

	enc.WriteCommand("PSYNC", resp.String("?"), resp.Int(-1)) // after the handshake
	answer, err := r.ReadAnswer()
	if err != nil {
		fmt.Println(err)
		return
	}
	var rdb bytes.Buffer
	n, err := r.CopyRDB(&rdb)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("RDB of %d bytes at offset %d\n", n, answer.Offset)

	base := answer.Offset - dec.InputOffset()
	for command, err := range dec.Commands() {
		if err != nil {
			fmt.Println(err)
			return
		}
		offset := base + dec.InputOffset()
		enc.WriteCommand("REPLCONF", resp.String("ACK"), resp.Int(offset))
		fmt.Printf("%q up to offset %d\n", command.Args, offset)
	}
	// Output:
	// RDB of 13 bytes at offset 1000
	// ["SELECT" "0"] up to offset 1023
	// ["SET" "key" "value"] up to offset 1057
}

// A replica whose connection broke asks for what comes behind its offset.
func ExampleReader_ReadAnswer() {
	const id, offset = "8371445ee47adf9ef7ea8b1b2e2a5c8a3f8f2d11", 1057
	request := resp.AppendCommand(nil, "PSYNC", resp.String(id), resp.Int(offset+1))
	fmt.Printf("%q\n", request)

	dec := resp.NewDecoder(strings.NewReader("+CONTINUE " + id + "\r\n" + "*1\r\n$4\r\nPING\r\n"))
	answer, err := replication.NewReader(dec).ReadAnswer()
	fmt.Println(answer.Kind, answer.ID == id, err)
	base := offset - dec.InputOffset()
	command, err := dec.ReadCommand()
	fmt.Printf("%q %v, up to offset %d\n", command.Args, err, base+dec.InputOffset())
	// Output:
	// "*3\r\n$5\r\nPSYNC\r\n$40\r\n8371445ee47adf9ef7ea8b1b2e2a5c8a3f8f2d11\r\n$4\r\n1058\r\n"
	// CONTINUE true <nil>
	// ["PING"] <nil>, up to offset 1071
}

// A master that does not know how long the RDB will be ends it with a mark. A
// read that stops in between goes on where it stopped, even inside the mark.
func ExampleReader_CopyRDB() {
	const mark = "2a4c6e80a1c3e507192b3d4f60718293a4b5c6d7"
	dec := resp.NewDecoder(nil)
	r := replication.NewReader(dec)
	var rdb bytes.Buffer
	for _, piece := range []string{"$EOF:" + mark + "\r\nREDIS", "0011" + mark[:30], mark[30:] + "*1\r\n$4\r\nPING\r\n"} {
		dec.Feed([]byte(piece))
		n, err := r.CopyRDB(&rdb)
		fmt.Println(n, err)
	}
	fmt.Printf("%q\n", rdb.String())
	command, err := dec.ReadCommand()
	fmt.Printf("%q %v\n", command.Args, err)
	// Output:
	// 0 resp: incomplete: more bytes needed
	// 0 resp: incomplete: more bytes needed
	// 9 <nil>
	// "REDIS0011"
	// ["PING"] <nil>
}

// Over two channels: Redis 8 sends the RDB on a second connection, and the command
// stream on the first one meanwhile.
func ExampleAnswer() {
	main := resp.NewDecoder(strings.NewReader("+RDBCHANNELSYNC 17\r\n*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n"))
	answer, err := replication.NewReader(main).ReadAnswer() // to PSYNC ? -1
	fmt.Println(answer.Kind, answer.Client, err)
	begin := main.InputOffset()

	rdb := resp.NewDecoder(strings.NewReader("+OK\r\n" +
		"+FULLRESYNC 8371445ee47adf9ef7ea8b1b2e2a5c8a3f8f2d11 1000\r\n" +
		"$9\r\nREDIS0012"))
	reply, err := rdb.ReadString() // to REPLCONF main-ch-client-id 17
	fmt.Println(reply, err)
	r := replication.NewReader(rdb)
	full, err := r.ReadAnswer() // to PSYNC ? -1
	fmt.Println(full.Kind, full.Offset, err)
	n, err := r.CopyRDB(io.Discard)
	fmt.Println(n, err)

	base := full.Offset - begin
	command, err := main.ReadCommand()
	fmt.Printf("%q %v, up to offset %d\n", command.Args, err, base+main.InputOffset())
	// Output:
	// RDBCHANNELSYNC 17 <nil>
	// OK <nil>
	// FULLRESYNC 1000 <nil>
	// 9 <nil>
	// ["DEL" "k"] <nil>, up to offset 1020
}
