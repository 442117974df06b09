package engine

import (
	"context"
	"strconv"
	"sync"
	"testing"
)

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

// benchmark runs b.N executions, 64 in flight.
func benchmark(b *testing.B, definition, dir string) {
	ended := make(chan struct{}, 1024)
	e, err := Open(context.Background(), Options{Dir: dir,
		InvokeLambda: func(_ context.Context, _ string, payload []byte) ([]byte, *TaskError) { return payload, nil },
		StatusChanged: func(ev StatusEvent) {
			if ev.Status == Succeeded {
				ended <- struct{}{}
			} else if ev.Status != Running {
				b.Error(ev.Status, *ev.Error, *ev.Cause)
			}
		}})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	m, err := e.CreateStateMachine(context.Background(), CreateMachine{Name: "m", Definition: []byte(definition)})
	if err != nil {
		b.Fatal(err)
	}
	next := make(chan int)
	var wg sync.WaitGroup
	slots := make(chan struct{}, 64)
	for range 64 {
		wg.Go(func() {
			for i := range next {
				if _, err := e.StartExecution(context.Background(), StartExecution{m.ARN, "", []byte(`{"order":"ord_` + strconv.Itoa(i) + `"}`)}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	go func() {
		for range ended {
			<-slots
		}
	}()
	b.ResetTimer()
	for i := range b.N {
		slots <- struct{}{}
		next <- i
	}
	for range 64 {
		slots <- struct{}{}
	}
	b.StopTimer()
	close(next)
	wg.Wait()
	s := e.Stats()
	seconds := b.Elapsed().Seconds()
	b.ReportMetric(float64(s.Transitions)/seconds, "transitions/s")
	b.ReportMetric(float64(s.Expressions.Nanoseconds())/float64(s.Transitions), "ns-expr/transition")
	b.ReportMetric(float64(s.Handlers.Nanoseconds())/float64(s.Transitions), "ns-handlers/transition")
	b.ReportMetric(float64(s.LogSyncs), "fsyncs")
	b.ReportMetric(float64(s.LogBytes)/float64(b.N), "bytes/run")
}

func BenchmarkDurableTasks(b *testing.B) { benchmark(b, six, b.TempDir()) }
func BenchmarkMemoryTasks(b *testing.B)  { benchmark(b, six, "") }

const passes = `{"QueryLanguage":"JSONata","StartAt":"A","States":{
 "A":{"Type":"Pass","Assign":{"n":1},"Next":"B"},"B":{"Type":"Pass","Next":"C"},"C":{"Type":"Choice","Choices":[{"Condition":"{% $n > 1 %}","Next":"F"}],"Default":"D"},
 "D":{"Type":"Pass","Output":{"n":"{% $n %}"},"Next":"E"},"E":{"Type":"Pass","Next":"F"},"F":{"Type":"Succeed"}}}`

func BenchmarkDurablePasses(b *testing.B) { benchmark(b, passes, b.TempDir()) }
func BenchmarkMemoryPasses(b *testing.B)  { benchmark(b, passes, "") }

// BenchmarkExpress runs an Express machine to its end, again and again.
func BenchmarkExpress(b *testing.B) {
	e, err := Open(context.Background(), Options{InvokeLambda: func(_ context.Context, _ string, payload []byte) ([]byte, *TaskError) { return payload, nil }})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	m, err := e.CreateStateMachine(context.Background(), CreateMachine{Name: "m", Definition: []byte(six), Type: Express})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := e.StartSyncExecution(context.Background(), StartExecution{StateMachineARN: m.ARN, Input: []byte(`{"order":"o"}`)})
		if err != nil || r.Status != Succeeded {
			b.Fatal(r, err)
		}
	}
	b.ReportMetric(float64(e.Stats().Transitions)/b.Elapsed().Seconds(), "transitions/s")
}
