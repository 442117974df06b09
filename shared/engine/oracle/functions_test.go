package oracle

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/orderloom/orderloom/shared/engine"
)

// functions are the Lambda functions of our side; moto_server.py has the same.
type functions struct {
	engine *engine.Engine

	mu    sync.Mutex
	calls map[string]int // of flaky, by key
}

type payload struct {
	Error, Cause, Key, Token string
	Errors                   []string
	Seconds                  float64
	Output                   json.RawMessage
}

func (f *functions) invoke(ctx context.Context, name string, raw []byte) ([]byte, *engine.TaskError) {
	name = name[strings.LastIndexByte(name, ':')+1:]
	if name == "echo" {
		return raw, nil
	}
	p := payload{Error: "Boom"}
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, &engine.TaskError{Error: "BadPayload", Cause: err.Error()}
	}
	switch name {
	case "fail":
		return nil, failed(p.Error, p.Cause)
	case "slow":
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(p.Seconds * float64(time.Second))):
		}
		return []byte(`"late"`), nil
	case "flaky":
		return f.flaky(p)
	case "answer":
		go f.answer(context.WithoutCancel(ctx), p)
		return []byte(`"asked"`), nil
	}
	return nil, &engine.TaskError{Error: "NoSuchFunction", Cause: name}
}

// failed has the cause that Lambda gives: the function's answer.
func failed(name, message string) *engine.TaskError {
	cause, _ := json.Marshal(struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}{name, message})
	return &engine.TaskError{Error: name, Cause: string(cause)}
}

// flaky fails as often as it is told, then returns the number of the call.
func (f *functions) flaky(p payload) ([]byte, *engine.TaskError) {
	f.mu.Lock()
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	f.calls[p.Key]++
	n := f.calls[p.Key]
	f.mu.Unlock()
	if n <= len(p.Errors) {
		return nil, failed(p.Errors[n-1], fmt.Sprint("call ", n))
	}
	return fmt.Appendf(nil, `{"calls":%d}`, n), nil
}

// answer answers the token that it is given, a moment later.
func (f *functions) answer(ctx context.Context, p payload) {
	time.Sleep(200 * time.Millisecond)
	if p.Error != "Boom" {
		_ = f.engine.SendTaskFailure(ctx, p.Token, p.Error, p.Cause)
		return
	}
	if p.Output == nil {
		p.Output = []byte("null")
	}
	_ = f.engine.SendTaskSuccess(ctx, p.Token, p.Output)
}

func putEvents(context.Context, []byte) ([]byte, *engine.TaskError) {
	return []byte(`{"Entries":[{"EventId":"1"}],"FailedEntryCount":0}`), nil
}
