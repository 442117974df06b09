// Package rendezvous lets a waiting state machine and an event meet in the
// table, whichever comes first.
//
// One item per order and signal: the waiter writes its task token, the event
// writes its answer, each one unconditional update. When both are there the
// table's stream tells flows/resume, which answers the token. Writing either
// half again is harmless: the latest token is the one that waits, and a token
// that was answered stays answered.
package rendezvous

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

const (
	prefix     = "RV#"
	tokenAttr  = "token"
	answerAttr = "answer"
	codeAttr   = "code"
	causeAttr  = "cause"
	retention  = 366 * 24 * time.Hour // longer than an execution lives
)

func key(order, signal string) table.Key { return table.Key{PK: prefix + order, SK: signal} }

// Wait is the waiter's half.
func Wait(order, signal, token string, now time.Time) table.Op {
	return table.Set(key(order, signal), table.Item{tokenAttr: token, table.TTL: now.Add(retention).Unix()})
}

// Answer is the event's half: output is the result of the waiting state.
func Answer(order, signal string, output any, now time.Time) (table.Op, error) {
	doc, err := json.Marshal(output)
	if err != nil {
		return table.Op{}, fault.Wrap(err, fault.Internal, "encoding the answer to %q", signal)
	}
	return table.Set(key(order, signal), table.Item{answerAttr: doc, table.TTL: now.Add(retention).Unix()}), nil
}

// Meet is both halves at once: what the waiter waits for has happened already.
func Meet(order, signal, token string, output any, now time.Time) (table.Op, error) {
	op, err := Answer(order, signal, output, now)
	if err == nil {
		op.Set[tokenAttr] = token
	}
	return op, err
}

// Refuse answers with an error, which the waiting state may catch by its code.
func Refuse(order, signal, code, cause string, now time.Time) table.Op {
	return table.Set(key(order, signal), table.Item{codeAttr: code, causeAttr: cause, table.TTL: now.Add(retention).Unix()})
}

// Meeting is a rendezvous where both halves are there.
type Meeting struct {
	Order  string
	Signal string
	Token  string
	Output []byte // nil when refused
	Code   string // error code when refused
	Cause  string
}

// Met reads an item, e.g. of a change record; ok is false when it is no
// rendezvous or one half is missing. An error outweighs an answer.
func Met(item table.Item) (m Meeting, ok bool) {
	pk := item.Str(table.PK)
	if !strings.HasPrefix(pk, prefix) {
		return m, false
	}
	m = Meeting{
		Order: strings.TrimPrefix(pk, prefix), Signal: item.Str(table.SK), Token: item.Str(tokenAttr),
		Output: item.Bytes(answerAttr), Code: item.Str(codeAttr), Cause: item.Str(causeAttr),
	}
	return m, m.Token != "" && (m.Output != nil || m.Code != "")
}
