package engine

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/orderloom/orderloom/shared/fault"
)

// A task token names the execution and its TaskScheduled event and is signed
// with the engine's secret: nothing needs to be stored for it.

func (e *Engine) newToken(seq uint64, event int64) string {
	buf := binary.AppendVarint(binary.AppendUvarint(nil, seq), event)
	return base64.RawURLEncoding.EncodeToString(append(buf, e.sign(buf)...))
}

func (e *Engine) sign(data []byte) []byte {
	mac := hmac.New(sha256.New, e.secret)
	mac.Write(data)
	return mac.Sum(nil)[:16]
}

// readToken checks a token.
func (e *Engine) readToken(token string) (seq uint64, event int64, ok bool) {
	buf, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(buf) < 18 {
		return 0, 0, false
	}
	data, mac := buf[:len(buf)-16], buf[len(buf)-16:]
	if !hmac.Equal(mac, e.sign(data)) {
		return 0, 0, false
	}
	d := &decoder{data: data}
	seq, event = d.uint(), d.int()
	return seq, event, !d.bad && len(d.data) == 0
}

// SendTaskSuccess answers a token with JSON. It returns when the answer is
// durable. ErrTaskTimedOut: the task is over, perhaps by an earlier answer;
// ErrTaskDoesNotExist: its execution is not known any more; ErrInvalidToken:
// not a token of this engine; ErrInvalidOutput: not JSON; ErrValidation: more than
// 256 KiB.
func (e *Engine) SendTaskSuccess(ctx context.Context, token string, output []byte) error {
	if err := tooLarge(output, "output"); err != nil {
		return err
	}
	result, err := parseValue(bytes.Clone(output), ErrInvalidOutput, "output")
	if err != nil {
		return err
	}
	return e.answer(ctx, token, func(t *turn, th *thread) {
		e.released(th)
		t.taskDone(th, result)
	})
}

// SendTaskFailure answers a token with an error. Errors as SendTaskSuccess.
func (e *Engine) SendTaskFailure(ctx context.Context, token, name, cause string) error {
	return e.answer(ctx, token, func(t *turn, th *thread) {
		e.released(th)
		t.taskFailed(th, name, cause)
	})
}

// SendTaskHeartbeat starts the task's HeartbeatSeconds again. Errors as
// SendTaskSuccess.
func (e *Engine) SendTaskHeartbeat(ctx context.Context, token string) error {
	return e.answer(ctx, token, func(t *turn, th *thread) {
		th.beatAt = later(t.now, th.beat)
		e.timers.set(&th.timer, t.x, th, th.deadline())
	})
}

// answer runs f on the thread that waits for the token.
func (e *Engine) answer(ctx context.Context, token string, f func(*turn, *thread)) error {
	seq, event, ok := e.readToken(token)
	if !ok {
		return fault.New(ErrInvalidToken, "Invalid Token: 'Invalid token'")
	}
	x := e.bySeq(seq)
	if x == nil {
		return fault.New(ErrTaskDoesNotExist, "the token's execution is not known any more")
	}
	found := false
	err := e.await(ctx, x, func(t *turn) {
		for _, th := range t.x.live.threads {
			if th.scheduled == event && (th.phase == onTask || th.phase == onToken) {
				found = true
				f(t, th)
				return
			}
		}
	})
	if err == nil && !found {
		return fault.New(ErrTaskTimedOut, "Task Timed Out: 'Provided task does not exist anymore'")
	}
	return err
}

// await runs a turn and waits until it is durable. A closed execution runs
// nothing and is no error.
func (e *Engine) await(ctx context.Context, x *execution, f func(*turn)) error {
	if err := e.refuses(); err != nil {
		return err
	}
	done := make(chan error, 1)
	if !e.turn(x, func(err error) { done <- err }, f) {
		return e.stopped()
	}
	return e.promise(ctx, done)
}
