// Buffered channels between goroutines: generate, add one, consume.
// Arguments: workers, in flight, "empty" or "uneven", "unordered" or "turns".
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func addOne(item int32, uneven bool) int32 {
	if !uneven {
		return item + 1
	}
	h := uint64(item) + 0x9E3779B97F4A7C15
	h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9
	h = (h ^ (h >> 27)) * 0x94D049BB133111EB
	h ^= h >> 31
	x := h
	for steps := 375 * (1 + (h%40)*((h>>32)%40)/40); steps > 0; steps-- {
		x = x*6364136223846793005 + 1442695040888963407
	}
	if x == 0 {
		return item
	}
	return item + 1
}

type tally struct {
	count, sum int64
	inOrder    bool
}

func (t *tally) add(item int32) {
	t.count++
	t.sum += int64(item)
	if int64(item) != t.count {
		t.inOrder = false
	}
}

// All workers read one channel and write one channel, which gives up the order if there are several.
func runUnordered(count int32, workers, inFlight int, uneven bool) tally {
	numbers := make(chan int32, inFlight)
	results := make(chan int32, inFlight)
	go func() {
		for i := int32(0); i < count; i++ {
			numbers <- i
		}
		close(numbers)
	}()
	var group sync.WaitGroup
	for w := 0; w < workers; w++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for item := range numbers {
				results <- addOne(item, uneven)
			}
		}()
	}
	go func() {
		group.Wait()
		close(results)
	}()
	t := tally{inOrder: true}
	for item := range results {
		t.add(item)
	}
	return t
}

// Each worker has a channel to it and one from it, dealt to and collected from in turn.
func runInTurn(count int32, workers, inFlight int, uneven bool) tally {
	room := inFlight / workers
	if room < 1 {
		room = 1
	}
	numbers := make([]chan int32, workers)
	results := make([]chan int32, workers)
	for w := range numbers {
		numbers[w] = make(chan int32, room)
		results[w] = make(chan int32, room)
		go func(input, output chan int32) {
			for item := range input {
				output <- addOne(item, uneven)
			}
			close(output)
		}(numbers[w], results[w])
	}
	go func() {
		lane := 0
		for i := int32(0); i < count; i++ {
			numbers[lane] <- i
			if lane++; lane == workers {
				lane = 0
			}
		}
		for _, each := range numbers {
			close(each)
		}
	}()
	t := tally{inOrder: true}
	for lane := 0; ; {
		item, ok := <-results[lane]
		if !ok {
			return t
		}
		t.add(item)
		if lane++; lane == workers {
			lane = 0
		}
	}
}

func processorTime() int64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func main() {
	workers, _ := strconv.Atoi(os.Args[1])
	inFlight, _ := strconv.Atoi(os.Args[2])
	uneven := os.Args[3] == "uneven"
	run := runUnordered
	if os.Args[4] == "turns" {
		run = runInTurn
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		count, _ := strconv.Atoi(lines.Text())
		processor, start := processorTime(), time.Now()
		t := run(int32(count), workers, inFlight, uneven)
		fmt.Printf("{\"count\":%d,\"sum\":%d,\"inOrder\":%t,\"elapsedNs\":%d,\"cpuNs\":%d}\n",
			t.count, t.sum, t.inOrder, time.Since(start).Nanoseconds(), processorTime()-processor)
	}
}
