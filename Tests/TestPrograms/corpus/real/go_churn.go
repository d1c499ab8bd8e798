// SPDX-License-Identifier: Apache-2.0
// Innocent: garbage of 20 MB a second, goroutines with deep stacks that end, a map of 64 buffers at most.
package main

import (
	"fmt"
	"os"
	"time"
)

func descend(depth int) int {
	var local [256]byte
	local[depth%256] = 1
	if depth == 0 {
		return int(local[0])
	}
	return descend(depth-1) + int(local[depth%256])
}

func main() {
	fmt.Printf("pid %d\nready\n", os.Getpid())
	cache := map[int][]byte{}
	done := make(chan int)
	for round := 0; round < 12000; round++ {
		cache[round] = make([]byte, 150000)
		delete(cache, round-64)
		for i := 0; i < 8; i++ {
			go func(depth int) { done <- descend(depth) }(200 * (i + 1))
		}
		for i := 0; i < 8; i++ {
			<-done
		}
		_ = make([]byte, 1000000)
		time.Sleep(50 * time.Millisecond)
	}
}
