package engine

import (
	"strings"
	"testing"
)

const ask = `{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
 "Arguments":{"FunctionName":"ask","Payload":{"token":"{% $states.context.Task.Token %}"}},"Catch":[{"ErrorEquals":["No"],"Next":"B"}],"Next":"B"},
 "B":{"Type":"Wait","Seconds":10,"End":true}}}`

// asked starts an execution of ask and returns its token.
func (r *rig) asked(name string) (arn, token string) {
	r.t.Helper()
	before := len(r.tokens())
	arn = r.start(r.create(ask), name, `{}`)
	r.rest()
	tokens := r.tokens()
	if len(tokens) != before+1 {
		r.t.Fatalf("%d tokens were handed out", len(tokens)-before)
	}
	return arn, tokens[before]
}

func TestTokenIsAnswered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer func(*rig, string) error
		want   string
	}{
		{"with a result, as it is", func(r *rig, token string) error { return r.SendTaskSuccess(ctx, token, []byte(`{"yes":1}`)) }, `{"yes":1}`},
		{"with a failure that is caught", func(r *rig, token string) error { return r.SendTaskFailure(ctx, token, "No", "why") }, `{"Error":"No","Cause":"why"}`},
		{"with a failure that is not", func(r *rig, token string) error { return r.SendTaskFailure(ctx, token, "Never", "why") }, `FAILED Never why`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			arn, token := r.asked("x")
			if err := c.answer(r, token); err != nil {
				t.Fatal(err)
			}
			if got := outcome(r.finish(arn)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// The answer may be there before the invocation that carried the token returns.
func TestTokenIsAnsweredDuringTheInvocation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do["ask"] = func(payload string) (string, *TaskError) {
		tokens := r.tokens()
		if err := r.SendTaskSuccess(ctx, tokens[len(tokens)-1], []byte(`"quick"`)); err != nil {
			t.Error(err)
		}
		return `"ignored"`, nil
	}
	arn := r.start(r.create(ask), "x", `{}`)
	if got := outcome(r.finish(arn)); got != `"quick"` {
		t.Error(got)
	}
}

func TestTokenThatCannotBeAnswered(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	yes := func(token string) error { return r.SendTaskSuccess(ctx, token, []byte(`1`)) }
	arn, token := r.asked("twice")
	if err := yes(token); err != nil {
		t.Fatal(err)
	}
	wantCode(t, yes(token), ErrTaskTimedOut)
	wantCode(t, r.SendTaskFailure(ctx, token, "No", ""), ErrTaskTimedOut)
	wantCode(t, r.SendTaskHeartbeat(ctx, token), ErrTaskTimedOut)
	r.finish(arn)
	wantCode(t, yes(token), ErrTaskTimedOut)

	arn, token = r.asked("stopped")
	if _, err := r.StopExecution(ctx, arn, "", ""); err != nil {
		t.Fatal(err)
	}
	wantCode(t, yes(token), ErrTaskTimedOut)

	_, token = r.asked("open")
	for _, bad := range []string{"", "no token", token[1:], token + "A", strings.ToUpper(token)} {
		wantCode(t, yes(bad), ErrInvalidToken)
	}
	other := newRig(t)
	_, foreign := other.asked("x")
	wantCode(t, yes(foreign), ErrInvalidToken)
	wantCode(t, yes(r.newToken(999, 4)), ErrTaskDoesNotExist)
	wantCode(t, r.SendTaskSuccess(ctx, token, []byte(`{"a":`)), ErrInvalidOutput)
	wantCode(t, r.SendTaskSuccess(ctx, token, make([]byte, maxData+1)), ErrValidation)
	if err := yes(token); err != nil {
		t.Errorf("a refused answer used up the token: %v", err)
	}
}

// The caller may use the bytes of its answer again.
func TestTokenAnswerIsCopied(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	arn, token := r.asked("x")
	output := []byte(`"mine"`)
	if err := r.SendTaskSuccess(ctx, token, output); err != nil {
		t.Fatal(err)
	}
	copy(output, `"else"`)
	if got := outcome(r.finish(arn)); got != `"mine"` {
		t.Error(got)
	}
}

// An attempt has its own token: the one of the attempt before is over.
func TestTokenOfAnEarlierAttempt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	arn := r.start(r.create(machine(`"A":`+asking(`"Retry":[{"ErrorEquals":["Again"]}],"End":true`))), "x", `{}`)
	r.rest()
	first := r.tokens()[0]
	if err := r.SendTaskFailure(ctx, first, "Again", ""); err != nil {
		t.Fatal(err)
	}
	r.until(func() bool { return len(r.tokens()) == 2 })
	r.rest()
	wantCode(t, r.SendTaskSuccess(ctx, first, []byte(`"old"`)), ErrTaskTimedOut)
	if err := r.SendTaskSuccess(ctx, r.tokens()[1], []byte(`"new"`)); err != nil {
		t.Fatal(err)
	}
	if got := outcome(r.finish(arn)); got != `"new"` {
		t.Error(got)
	}
}

// A token outlives the process, and is not handed out twice.
func TestTokenSurvivesReopening(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir = dir })
	arn, token := r.asked("x")
	r.settle(r.byARN(arn))
	r.Close()
	r.open(func(o *Options) { o.Dir = dir })
	r.rest()
	if n := len(r.tokens()); n != 1 {
		t.Errorf("the function was asked %d times", n)
	}
	if err := r.SendTaskSuccess(ctx, token, []byte(`"still"`)); err != nil {
		t.Fatal(err)
	}
	if got := outcome(r.finish(arn)); got != `"still"` {
		t.Error(got)
	}
}
