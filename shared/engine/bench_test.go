package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/engine/wal"
)

// The figures of `make bench`. Wall-clock rates depend on what else the machine
// does; "cpu-ns/transition" and the ratios do not, or much less.

// six has six states, three of them tasks with JSONata arguments: about 23 events a run.
const six = `{"QueryLanguage":"JSONata","StartAt":"A","States":{
 "A":{"Type":"Pass","Assign":{"order":"{% $states.input.order %}","n":0},"Next":"B"},
 "B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{"order":"{% $order %}","key":"{% $order & '-b' %}","n":"{% $n + 1 %}"}},
  "Assign":{"n":"{% $states.result.Payload.n %}"},"Output":"{% $states.result.Payload %}","TimeoutSeconds":60,"Next":"C"},
 "C":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{"order":"{% $order %}","key":"{% $order & '-c' %}","n":"{% $n + 1 %}"}},
  "Assign":{"n":"{% $states.result.Payload.n %}"},"Output":"{% $states.result.Payload %}","TimeoutSeconds":60,"Next":"D"},
 "D":{"Type":"Choice","Choices":[{"Condition":"{% $n > 1 %}","Next":"E"}],"Default":"F"},
 "E":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{"order":"{% $order %}","key":"{% $order & '-e' %}","n":"{% $n + 1 %}"}},
  "Output":"{% $states.result.Payload %}","TimeoutSeconds":60,"Next":"F"},
 "F":{"Type":"Succeed"}}}`

const passes = `{"QueryLanguage":"JSONata","StartAt":"A","States":{
 "A":{"Type":"Pass","Assign":{"n":1},"Next":"B"},"B":{"Type":"Pass","Next":"C"},"C":{"Type":"Choice","Choices":[{"Condition":"{% $n > 1 %}","Next":"F"}],"Default":"D"},
 "D":{"Type":"Pass","Output":{"n":"{% $n %}"},"Next":"E"},"E":{"Type":"Pass","Next":"F"},"F":{"Type":"Succeed"}}}`

// In flight at once.
const flight = 64

// benchEngine opens an engine whose functions are echoes, with the collector's
// setting of the orderloom command.
func benchEngine(b *testing.B, dir string, ended func()) *Engine {
	e := openBench(b, dir, ended)
	b.Cleanup(func() { e.Close() })
	return e
}

func openBench(b *testing.B, dir string, ended func()) *Engine {
	b.Cleanup(func() { debug.SetGCPercent(100) })
	debug.SetGCPercent(300)
	e, err := Open(b.Context(), Options{Dir: dir,
		InvokeLambda: func(_ context.Context, _ string, payload []byte) ([]byte, *TaskError) { return payload, nil },
		StatusChanged: func(ev StatusEvent) {
			if ev.Status == Succeeded {
				ended()
			} else if ev.Status != Running {
				b.Error(ev.Status, *ev.Error, *ev.Cause)
			}
		}})
	if err != nil {
		b.Fatal(err)
	}
	return e
}

func benchMachine(b *testing.B, e *Engine, name, definition string, typ MachineType) string {
	m, err := e.CreateStateMachine(b.Context(), CreateMachine{Name: name, Definition: []byte(definition), Type: typ})
	if err != nil {
		b.Fatal(err)
	}
	return m.ARN
}

func benchInput(i int) []byte { return []byte(`{"order":"ord_` + strconv.Itoa(i) + `"}`) }

// load starts n executions, at most flight at once, and waits for their ends.
func load(b *testing.B, e *Engine, machine string, n int, slots chan struct{}) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range flight {
		wg.Go(func() {
			for i := range next {
				if _, err := e.StartExecution(context.Background(), StartExecution{machine, "", benchInput(i)}); err != nil {
					b.Error(err)
					<-slots
				}
			}
		})
	}
	for i := range n {
		slots <- struct{}{}
		next <- i
	}
	close(next)
	wg.Wait()
	for range flight {
		slots <- struct{}{}
	}
	for range flight {
		<-slots
	}
}

// meter takes the processor time and the engine's counters between two points.
type meter struct {
	e     *Engine
	cpu   time.Duration
	begin time.Time
	stats Stats
}

func cpuTime() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func newMeter(e *Engine) *meter { return &meter{e, cpuTime(), time.Now(), e.Stats()} }

// report prints rates, cost, and where the time went. The rest up to the cost is
// the interpreter, the scheduler and the collector. The shares are taken by the
// wall clock: while others use the processors they are too large.
func (m *meter) report(b *testing.B) {
	cpu, wall, s := cpuTime()-m.cpu, time.Since(m.begin), m.e.Stats()
	n := float64(s.Transitions - m.stats.Transitions)
	b.ReportMetric(n/wall.Seconds(), "transitions/s")
	b.ReportMetric(n/cpu.Seconds(), "transitions/cpu-s")
	b.ReportMetric(float64(cpu.Nanoseconds())/n, "cpu-ns/transition")
	for unit, part := range map[string]time.Duration{"expr-%": s.Expressions - m.stats.Expressions, "store-%": s.Store - m.stats.Store, "handlers-%": s.Handlers - m.stats.Handlers} {
		b.ReportMetric(100*float64(part)/float64(cpu), unit)
	}
	b.ReportMetric(float64(cpu.Nanoseconds())/n/jsonCost(), "x-json")
	b.ReportMetric(float64(s.Events-m.stats.Events)/float64(b.N), "events/op")
}

// jsonCost is what one decoding and encoding of a task's payload with package
// encoding/json costs here and now, in nanoseconds of processor time.
func jsonCost() float64 {
	const rounds = 20_000
	begin := cpuTime()
	for range rounds {
		var v any
		if err := json.Unmarshal([]byte(`{"order":"ord_1","key":"ord_1-b","n":1}`), &v); err != nil {
			panic(err)
		}
		if _, err := json.Marshal(v); err != nil {
			panic(err)
		}
	}
	return float64((cpuTime() - begin).Nanoseconds()) / rounds
}

// benchmark runs b.N executions, 64 in flight.
func benchmark(b *testing.B, definition, dir string) {
	slots := make(chan struct{}, flight)
	e := benchEngine(b, dir, func() { <-slots })
	machine := benchMachine(b, e, "m", definition, Standard)
	load(b, e, machine, 200, slots) // warm
	b.ResetTimer()
	m := newMeter(e)
	load(b, e, machine, b.N, slots)
	b.StopTimer()
	m.report(b)
	if dir != "" {
		s := e.Stats()
		runs, bytes := float64(b.N)/time.Since(m.begin).Seconds(), (s.LogBytes-m.stats.LogBytes)/int64(b.N)
		b.ReportMetric(float64(b.N)/float64(s.LogSyncs-m.stats.LogSyncs), "runs/fsync")
		b.ReportMetric(float64(bytes), "logbytes/op")
		b.ReportMetric(runs/appends(b, int(bytes)), "of-bare-log")
	}
}

// appends is how many records of that size the log alone takes in a second,
// from as many writers as there are executions in flight.
func appends(b *testing.B, size int) float64 {
	log, err := wal.Open(b.TempDir(), wal.Options{}, func(wal.Pos, []byte) error { return nil })
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	const each = 200
	rec := make([]byte, size)
	begin := time.Now()
	var wg sync.WaitGroup
	for range flight {
		wg.Go(func() {
			done := make(chan error, 1)
			for range each {
				log.Append(rec, func(_ wal.Pos, err error) { done <- err })
				if err := <-done; err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return flight * each / time.Since(begin).Seconds()
}

func BenchmarkDurableTasks(b *testing.B)  { benchmark(b, six, b.TempDir()) }
func BenchmarkDurablePasses(b *testing.B) { benchmark(b, passes, b.TempDir()) }
func BenchmarkMemoryTasks(b *testing.B)   { benchmark(b, six, "") }
func BenchmarkMemoryPasses(b *testing.B)  { benchmark(b, passes, "") }

// Express machines: JSON in, JSON out, nothing kept.
func BenchmarkExpressTasks(b *testing.B)  { benchmarkExpress(b, six) }
func BenchmarkExpressPasses(b *testing.B) { benchmarkExpress(b, passes) }

func benchmarkExpress(b *testing.B, definition string) {
	e := benchEngine(b, "", func() {})
	machine := benchMachine(b, e, "m", definition, Express)
	m := newMeter(e)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			r, err := e.StartSyncExecution(context.Background(), StartExecution{StateMachineARN: machine, Input: benchInput(i)})
			if err != nil || r.Status != Succeeded {
				b.Error(r, err)
				return
			}
		}
	})
	b.StopTimer()
	m.report(b)
}

// BenchmarkClosed shows that what has ended costs what goes on nothing.
func BenchmarkClosed(b *testing.B) {
	for _, closed := range []int{10, 100_000} {
		b.Run(fmt.Sprint(closed), func(b *testing.B) {
			slots := make(chan struct{}, flight)
			e := benchEngine(b, b.TempDir(), func() { <-slots })
			load(b, e, benchMachine(b, e, "short", `{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Succeed"}}}`, Standard), closed, slots)
			machine := benchMachine(b, e, "m", six, Standard)
			before := alive()
			b.ResetTimer()
			m := newMeter(e)
			load(b, e, machine, b.N, slots)
			b.StopTimer()
			m.report(b)
			b.ReportMetric(float64(before)/float64(closed), "heap-B/closed")
		})
	}
}

// BenchmarkHistory shows that a long history costs its next event nothing.
func BenchmarkHistory(b *testing.B) {
	const loop = `{"QueryLanguage":"JSONata","StartAt":"Init","States":{"Init":{"Type":"Pass","Assign":{"n":0},"Next":"T"},
	 "T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{"n":"{% $n + 1 %}"}},
	  "Assign":{"n":"{% $states.result.Payload.n %}"},"Next":"More"},
	 "More":{"Type":"Choice","Choices":[{"Condition":"{% $n < $states.context.Execution.Input.rounds %}","Next":"T"}],"Default":"End"},
	 "End":{"Type":"Succeed"}}}`
	for _, rounds := range []int{5, 3000} {
		b.Run(fmt.Sprint(rounds), func(b *testing.B) {
			ended := make(chan struct{}, 1)
			e := benchEngine(b, "", func() { ended <- struct{}{} })
			machine := benchMachine(b, e, "m", loop, Standard)
			m := newMeter(e)
			b.ResetTimer()
			for range b.N {
				if _, err := e.StartExecution(b.Context(), StartExecution{machine, "", []byte(`{"rounds":` + strconv.Itoa(rounds) + `}`)}); err != nil {
					b.Fatal(err)
				}
				<-ended
			}
			b.StopTimer()
			m.report(b)
		})
	}
}
