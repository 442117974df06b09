package inbox

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// Settle moves a message to its outcome. Settling as failed puts it into the
// inbound error list, where it waits for a replay. Settling twice is allowed;
// a recorded message stays recorded.
func (b Box) Settle(ctx context.Context, id string, to State, order string, failure *fault.Error) error {
	_, err := b.change(ctx, id, func(m *Message) (announce bool, err error) {
		if m.State == Recorded && to != Recorded {
			return false, errUnchanged
		}
		m.State, m.Error, m.Cause = to, "", ""
		if order != "" {
			m.Order = order
		}
		if failure != nil {
			m.Error, m.Cause = failure.Code, failure.Message
		}
		return false, nil
	})
	return err
}

// Replay announces a failed or overdue message again, e.g. after its mapping
// was corrected. The announcement is a new outbox record; the message is not
// stored again.
func (b Box) Replay(ctx context.Context, id string) (Message, error) {
	return b.change(ctx, id, func(m *Message) (announce bool, err error) {
		if m.State == Recorded || m.State == Ignored {
			return false, fault.New(fault.Conflict, "message is already %s", m.State).On(id, "state")
		}
		m.State, m.Error, m.Cause = Received, "", ""
		m.Rounds++
		return true, nil
	})
}

// errUnchanged ends a change that has nothing to write.
var errUnchanged = fault.New(fault.Conflict, "nothing to change")

// change decides on the message as it stands and writes only if nobody settled
// or replayed it meanwhile; else it decides again. Without that, the failure of
// an old round could overwrite the success of a newer one.
func (b Box) change(ctx context.Context, id string, decide func(*Message) (announce bool, err error)) (Message, error) {
	for range writeAttempts {
		m, err := b.Get(ctx, id)
		if err != nil {
			return m, err
		}
		was, round := m.State, m.Rounds
		announce, err := decide(&m)
		if errors.Is(err, errUnchanged) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		item, err := b.metaItem(m)
		if err != nil {
			return m, err
		}
		if announce {
			item = b.announced(item)
		}
		_, err = b.Table.Write(ctx, table.Put(item, table.Equal(stateAttr, string(was)), table.Equal(RoundAttr, round)))
		if !table.IsConditionFailed(err) {
			return m, err
		}
	}
	return Message{}, fault.New(fault.Conflict, "message changed %d times meanwhile", writeAttempts).On(id, "state")
}

// Failures lists the inbound error list, newest first.
func (b Box) Failures(ctx context.Context, limit int) ([]Message, error) {
	return b.list(ctx, table.Query{Index: table.GSI2, PK: "INBOUND-ERRORS", Descending: true, Limit: limit}, func(item table.Item) bool {
		return item.Str(table.GSI2PK) != ""
	})
}

// Overdue lists messages announced before t that nothing settled since.
func (b Box) Overdue(ctx context.Context, t time.Time, limit int) ([]Message, error) {
	to := t.UTC().Format(table.SortableTime)
	return b.list(ctx, table.Query{Index: table.GSI1, PK: "INBOX-OPEN", From: "0", To: to, Limit: limit}, func(item table.Item) bool {
		since := item.Str(table.GSI1SK)
		return since != "" && since <= to
	})
}

// list re-reads each hit by key: an index may hold only what its key needs, and
// may lag behind, so the record decides whether it belongs to the list.
func (b Box) list(ctx context.Context, q table.Query, belongs func(table.Item) bool) ([]Message, error) {
	page, err := b.Table.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	var all []Message
	for _, hit := range page.Items {
		item, err := b.Table.Get(ctx, rawKey(strings.TrimPrefix(hit.Str(table.PK), "MSG#")))
		if err != nil {
			return nil, err
		}
		if item == nil || !belongs(item) {
			continue // expired or moved on meanwhile
		}
		m, err := decode(item)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}
