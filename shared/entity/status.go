package entity

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
)

// Status is everything that happened to a record. It changes only together with
// a journal entry.
type Status struct {
	ID             string            `json:"id"`
	Entity         event.Entity      `json:"entity"`
	Version        int64             `json:"version"` // +1 with every change
	Seq            int64             `json:"seq"`     // of the last event
	State          string            `json:"state"`
	Reason         string            `json:"reason"`
	Canceled       bool              `json:"canceled,omitempty"`
	Order          string            `json:"order,omitempty"` // id of the order that it is linked to
	Set            map[string]string `json:"set,omitempty"`   // fields that flows set, before those of the document
	Runs           map[string]int    `json:"runs,omitempty"`  // flow id → number of its latest run
	Waits          []string          `json:"waits,omitempty"` // signals somebody waits for
	OpenExceptions []string          `json:"openExceptions,omitempty"`
	Holds          []order.Hold      `json:"holds,omitempty"`
	ReceivedAt     time.Time         `json:"receivedAt"`
	ChangedAt      time.Time         `json:"changedAt"`
}

// NewStatus is the status of a record that was just received.
func (e *Entity) NewStatus(id string) Status {
	return Status{ID: id, Entity: e.ID, State: e.Initial.State, Reason: e.Initial.Reason}
}

// Apply moves a status by one event and returns it completed. On error the
// status is undefined and must be thrown away.
func (e *Entity) Apply(s *Status, ev event.Event) (event.Event, error) {
	if !e.knows(ev.Name) {
		return ev, fault.New(fault.Invalid, "%s has no event %q", e.Title, ev.Name).On(s.ID, "event")
	}
	ev.Entity, ev.EntityID, ev.Source = e.ID, s.ID, Source
	if err := e.move(s, ev.Name); err != nil {
		return ev, err
	}
	if err := e.effect(s, ev); err != nil {
		return ev, err
	}
	s.Seq++
	ev.Seq = s.Seq
	return ev, nil
}

// move applies the transitions. An event without any changes no state; one whose
// transitions do not leave the present state is illegal.
func (e *Entity) move(s *Status, name string) error {
	known := false
	for _, t := range e.Transitions {
		if t.Event != name {
			continue
		}
		known = true
		if !slices.Contains(t.From, s.State) {
			continue
		}
		if t.To != "" {
			s.State, s.Reason = t.To, t.Reason
		}
		return nil
	}
	switch {
	case !known:
		return nil
	case s.Canceled:
		return fault.New(fault.OrderCanceled, "the record is canceled").On(s.ID, "state")
	}
	return fault.New(fault.NotTransitable, "%s is not possible in state %s / %s", name, s.State, s.Reason).On(s.ID, "state")
}

// effect changes what an event changes beside the state.
func (e *Entity) effect(s *Status, ev event.Event) error {
	switch h := Happening(strings.TrimPrefix(ev.Name, e.Word())); h {
	case HoldPlaced, ApprovalRequested:
		hold, err := payload[order.Hold](ev)
		if err != nil {
			return err
		}
		hold.Kind, hold.Step, hold.Since = order.Held, ev.Step, ev.At
		if h == ApprovalRequested {
			hold.Kind = order.Approval
		}
		if hold.Seconds > 0 {
			hold.Until = ev.At.Add(time.Duration(hold.Seconds) * time.Second)
		}
		s.Holds = append(s.Holds, hold)
	case HoldReleased, HoldExpired, Approved, Rejected:
		end, err := payload[order.HoldEnd](ev)
		if err != nil {
			return err
		}
		s.EndHold(end.Signal)
	case Canceled:
		s.Canceled, s.Holds = true, nil
	}
	return nil
}

func payload[T any](ev event.Event) (T, error) {
	var v T
	if len(ev.Payload) == 0 {
		return v, nil // nothing more to say
	}
	if err := json.Unmarshal(ev.Payload, &v); err != nil {
		return v, fault.Wrap(err, fault.Invalid, "payload of %s", ev.Name).On(ev.EntityID, "payload")
	}
	return v, nil
}

// EndHold takes a hold off the list, and what waits for its signal.
func (s *Status) EndHold(signal string) {
	s.Holds = slices.DeleteFunc(s.Holds, func(h order.Hold) bool { return h.Signal == signal })
	s.Waits = slices.DeleteFunc(s.Waits, func(w string) bool { return w == signal })
}

// Over reports whether no flow has anything left to do.
func (e *Entity) Over(s *Status) bool {
	state, _ := e.State(s.State)
	return s.Canceled || state.Final
}

// Act does what a policy or a step asks for on a record.
func (e *Entity) Act(s *Status, a policy.Action) {
	id, ok := strings.CutPrefix(a.Set, string(e.ID)+".")
	if !ok {
		return
	}
	if s.Set == nil {
		s.Set = map[string]string{}
	}
	s.Set[id] = a.Value
}
