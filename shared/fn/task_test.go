package fn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

type request struct {
	Order string `json:"order"`
	Lines []line `json:"lines"`
}

type line struct {
	Quantity int `json:"quantity"`
}

func TestATaskTakesAndReturnsJSON(t *testing.T) {
	t.Parallel()
	double := fn.Task(func(_ context.Context, in line) (line, error) { return line{2 * in.Quantity}, nil })
	// A newer caller may say more than this function knows: schemas only grow.
	out, err := double(t.Context(), json.RawMessage(` {"quantity":21,"unit":"box","more":{"x":[1]}}`+"\n"))
	if err != nil || string(out) != `{"quantity":42}` {
		t.Errorf("%s %v", out, err)
	}
}

func TestATaskReportsItsOwnFault(t *testing.T) {
	t.Parallel()
	want := fault.New(fault.Refused, "no")
	task := fn.Task(func(context.Context, line) (line, error) { return line{1}, want })
	if out, err := task(t.Context(), json.RawMessage(`{}`)); !errors.Is(err, want) || out != nil {
		t.Errorf("%s %v", out, err)
	}
	task = fn.Task(func(context.Context, line) (float64, error) { return math.NaN(), nil })
	if out, err := task(t.Context(), json.RawMessage(`{}`)); !fault.Is(err, fault.Internal) || out != nil {
		t.Errorf("a result that is no JSON: %s %v", out, err)
	}
}

func TestAWrongInputNeverReachesTheFunction(t *testing.T) {
	t.Parallel()
	task := fn.Task(func(context.Context, request) (int, error) { t.Error("called"); return 0, nil })
	if _, err := task(t.Context(), json.RawMessage(`{"order":1}`)); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

func TestAWrongTypeNamesTheField(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct{ field, says string }{
		`{"order":7}`:  {"order", "number"},
		`{"lines":{}}`: {"lines", "object"},
		`{"lines":[{"quantity":1},{"quantity":"2"}]}`: {"lines.quantity", "string"},
		`{"lines":[{"quantity":1.5}]}`:                {"lines.quantity", "number 1.5"},
		`{"lines":[{"quantity":1e30}]}`:               {"lines.quantity", "number 1e30"},
		`[]`:                                          {"", "array"},
		`"text"`:                                      {"", "string"},
	} {
		_, err := fn.Decode[request]([]byte(in))
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != fault.Invalid || f.Field != want.field || !strings.Contains(f.Message, want.says) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestAnInputIsOneDocument(t *testing.T) {
	t.Parallel()
	for _, in := range []string{``, ` `, `{`, `{"order":"1"`, `{"order":"1"}{}`, `{"order":"1"} x`, `{"order":"1"}]`, `{"order":"1"},`, "{\"order\":\"\x01\"}", `{order:1}`} {
		if v, err := fn.Decode[request]([]byte(in)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %+v, %v", in, v, err)
		}
	}
	if v, err := fn.Decode[request]([]byte("\n{\"order\":\"1\"}\n ")); err != nil || v.Order != "1" {
		t.Errorf("%+v, %v", v, err)
	}
}

// Whatever is given: no panic, and what is read is one valid document.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"order":"1","lines":[{"quantity":2}]}`, `{"lines":null}`, `null`, `{} {}`, `{"order":1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		_, err := fn.Decode[request](in)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		if err == nil && !json.Valid(in) {
			t.Errorf("%q was taken for JSON", in)
		}
	})
}

// The error type is what Retry and Catch match; the message is the fault.
func TestAFailedInvocation(t *testing.T) {
	t.Parallel()
	failed := fn.Failed(fmt.Errorf("reserving: %w", fault.New(fault.Conflict, "changed").On("ord_1", "state").With([]string{"a"})))
	if want := (fn.LambdaError{ErrorType: fault.Conflict, ErrorMessage: `{"code":"Record.Conflict","message":"changed","record":"ord_1","field":"state","data":["a"]}`}); failed != want {
		t.Errorf("%+v", failed)
	}
	if failed, want := fn.Failed(errors.New("disk full")), (fn.LambdaError{ErrorType: fault.Internal, ErrorMessage: "disk full"}); failed != want {
		t.Errorf("%+v", failed)
	}
	failed = fn.Failed(fault.New(fault.Refused, "no").With(func() {}))
	if want := (fn.LambdaError{ErrorType: fault.Refused, ErrorMessage: "Provider.Refused: no"}); failed != want {
		t.Errorf("data that is no JSON: %+v", failed)
	}
}
