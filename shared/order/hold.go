package order

import (
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/event"
)

// HoldKind says what a person is asked for.
type HoldKind string

const (
	Held     HoldKind = "hold"     // to release the order
	Approval HoldKind = "approval" // to approve or reject it
)

// Hold is a place where a flow waits on purpose for a person. It is the payload
// of OrderHoldPlaced and OrderApprovalRequested; what those do not carry, Kind, Step
// and the times, follows from the event.
type Hold struct {
	Signal   string    `json:"signal"` // unique in the order: its key
	Kind     HoldKind  `json:"kind,omitempty"`
	Step     string    `json:"step,omitempty"`
	Reason   string    `json:"reason,omitempty"`   // of a hold
	Who      string    `json:"who,omitempty"`      // of an approval: whose answer is wanted
	Question string    `json:"question,omitempty"` // of an approval
	Seconds  int64     `json:"seconds,omitempty"`  // how long it waits
	Then     string    `json:"then,omitempty"`     // what it becomes when nobody answers
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"`
}

// HoldEnd is the payload of the events that end a hold.
type HoldEnd struct {
	Signal string `json:"signal"`
	By     string `json:"by"` // a person, or HoldTimer
	Reason string `json:"reason,omitempty"`
}

// HoldTimer stands where a person would: the hold's time was over.
const HoldTimer = "timer"

func (s *Status) held(e event.Event) error {
	h, err := payload[Hold](e)
	if err != nil {
		return err
	}
	h.Kind, h.Step, h.Since = Held, e.Step, e.At
	if e.Name == event.OrderApprovalRequested {
		h.Kind = Approval
	}
	if h.Seconds > 0 {
		h.Until = e.At.Add(time.Duration(h.Seconds) * time.Second)
	}
	s.Holds = append(s.Holds, h)
	return nil
}

func (s *Status) released(e event.Event) error {
	p, err := payload[HoldEnd](e)
	if err != nil {
		return err
	}
	s.EndHold(p.Signal)
	return nil
}

// Hold finds a hold by its signal, nil when there is none.
func (s *Status) Hold(signal string) *Hold {
	for i := range s.Holds {
		if s.Holds[i].Signal == signal {
			return &s.Holds[i]
		}
	}
	return nil
}

// EndHold takes a hold off the list, and what waits for its signal.
func (s *Status) EndHold(signal string) {
	s.Holds = slices.DeleteFunc(s.Holds, func(h Hold) bool { return h.Signal == signal })
	s.Waits = slices.DeleteFunc(s.Waits, func(w string) bool { return w == signal })
}
