package engine

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// alive is what lives after a collection.
func alive() uint64 {
	runtime.GC()
	runtime.GC() // pools give back at the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// resident is the process's memory in MiB, as the operating system sees it.
func resident() float64 {
	data, _ := os.ReadFile("/proc/self/statm")
	if f := strings.Fields(string(data)); len(f) > 1 {
		pages, _ := strconv.ParseFloat(f[1], 64)
		return pages * float64(os.Getpagesize()) / (1 << 20)
	}
	return 0
}

// BenchmarkWaiting holds 50,000 executions that wait for a token each, with an
// order's facts in a variable, and opens a log with as many.
func BenchmarkWaiting(b *testing.B) {
	const n = 50_000
	const ask = `{"QueryLanguage":"JSONata","StartAt":"Facts","States":{
	 "Facts":{"Type":"Pass","Assign":{"facts":"{% $states.input.facts %}"},"Next":"Ask"},
	 "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":2592000,
	  "Arguments":{"FunctionName":"f","Payload":{"token":"{% $states.context.Task.Token %}","facts":"{% $facts %}"}},"End":true}}}`
	const input = `{"facts":{"order":"ord_%d","country":"US","total":12900,"paid":true,"lines":[{"id":"l1","sku":"MUG-1","qty":2},{"id":"l2","sku":"TEE-7","qty":1}]}}`
	dir := b.TempDir()
	e := openBench(b, dir, func() {})
	machine := benchMachine(b, e, "m", ask, Standard)
	before := alive()
	gate := make(chan struct{}, 256)
	for i := range n {
		gate <- struct{}{}
		go func() {
			defer func() { <-gate }()
			if _, err := e.StartExecution(context.Background(), StartExecution{machine, "", fmt.Appendf(nil, input, i)}); err != nil {
				b.Error(err)
			}
		}()
	}
	for e.Stats().Busy > 0 || e.Stats().Started < n {
		time.Sleep(time.Millisecond)
	}
	held, rss := float64(alive()-before)/(1<<20), resident()
	runtime.KeepAlive(e)
	if err := e.Close(); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	b.ReportMetric(held, "heap-MiB")
	b.ReportMetric(rss, "rss-MiB")
	for range b.N {
		cpu, begin := cpuTime(), time.Now()
		e = openBench(b, dir, func() {})
		b.ReportMetric(time.Since(begin).Seconds(), "restart-s")
		b.ReportMetric((cpuTime() - cpu).Seconds(), "restart-cpu-s")
		if e.Stats().Running != n {
			b.Fatal(e.Stats().Running, " executions wait")
		}
		b.ReportMetric(float64(alive())/(1<<20), "heap-after-restart-MiB")
		e.Close()
	}
}
