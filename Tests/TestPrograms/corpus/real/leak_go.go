// SPDX-License-Identifier: Apache-2.0
// Leaks 100 KB every 20 ms on the heap of Go's runtime: replies that a map keeps for good.
package main

import (
	"fmt"
	"os"
	"time"
)

var replies = map[int][]byte{}

func keepReply(number int) {
	reply := make([]byte, 100000)
	for i := range reply {
		reply[i] = 1
	}
	replies[number] = reply // culprit
}

func main() {
	fmt.Printf("pid %d\nready\n", os.Getpid())
	for number := 0; number < 30000; number++ {
		keepReply(number)
		time.Sleep(20 * time.Millisecond)
	}
}
