package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/inbox"
)

// put is an event of an outside system about an order:
//
//	put EVENT NAME ID PAYLOAD
//
// ID is the sender's own; the same one again is the same event.
func (r *runner) put(args []string) error {
	if len(args) < 4 {
		return errors.New("want: put EVENT NAME ID PAYLOAD")
	}
	payload := strings.Join(args[3:], " ")
	if !json.Valid([]byte(payload)) {
		return errors.New("the payload is not JSON")
	}
	return r.world.PutEvent(args[0], args[1], args[2], json.RawMessage(payload))
}

// failed finds the one message of a topic in the inbound error list.
func (r *runner) failed(topic string) (inbox.Message, error) {
	var out struct{ Messages []inbox.Message }
	if err := r.get("/api/messages", &out); err != nil {
		return inbox.Message{}, err
	}
	all := slices.DeleteFunc(out.Messages, func(m inbox.Message) bool { return m.Topic != topic })
	if len(all) != 1 {
		return inbox.Message{}, fmt.Errorf("%d messages of %s are in error", len(all), topic)
	}
	return all[0], nil
}

func (r *runner) replay(topic string) error {
	m, err := r.failed(topic)
	if err != nil {
		return err
	}
	return r.post("/api/messages/"+url.PathEscape(m.ID)+"/replay", nil, nil, 1)
}

func (r *runner) expectMessage(topic, code string) error {
	m, err := r.failed(topic)
	if err != nil {
		return err
	}
	if m.Cause == "" {
		return errors.New("it does not say why")
	}
	return same(m.Error, code)
}
