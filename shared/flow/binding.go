package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Binding says what happens on an event of an order, outside any flow of it and
// whether the order is complete or not: an action is called, or a flow is run.
type Binding struct {
	ID          string
	Title       string
	Description string
	Event       string
	Filter      []string // filter policies on the order as it stands, "<id>@<version>"; all must hold
	Flow        string   // id of the flow that is run; or
	Action      string   // function id of a provider action, with
	Instance    string   // provider instance id, or "channel"
	Parameters  json.RawMessage
	Retry       *Retry
	Timeout     time.Duration
}

// bindingPrefix begins the names of the machines of bindings and, in a run's name,
// stands where a flow's id does; no flow's id begins like this.
const bindingPrefix = "binding-"

// MaxBindingID keeps the names of runs within what Step Functions allows.
const MaxBindingID = 28

// ParseBinding reads a binding.
func ParseBinding(data []byte) (Binding, Problems) {
	b, report := OpenBinding(data)
	return b, report.Problems()
}

// OpenBinding reads a binding and returns what collects its problems, so that
// those of meaning can be reported with those of form.
func OpenBinding(data []byte) (Binding, *Report) {
	r := &reader{Parser: jsondoc.Parse(data)}
	if r.Root == nil {
		return Binding{}, &Report{r.Parser}
	}
	return r.binding(r.Root), &Report{r.Parser}
}

func (r *reader) binding(n *jsondoc.Node) Binding {
	r.Known(n, "id", "title", "description", "event", "filter", "flow", "action", "instance", "parameters", "retry", "timeout")
	b := Binding{ID: r.id(n, "id", MaxBindingID), Title: r.NeedText(n, "title"), Description: r.Text(n, "description"), Event: r.NeedText(n, "event"), Filter: r.refs(n, "filter")}
	if (n.Get("flow") == nil) == (n.Get("action") == nil) {
		r.At(n, policy.AmbiguousForm, "a binding either runs a flow or calls an action")
		return b
	}
	if n.Get("flow") == nil {
		var s Step
		r.action(&s, n)
		b.Action, b.Instance, b.Parameters = s.Action, s.Instance, s.Parameters
		b.Retry, b.Timeout = r.retry(n), r.duration(n, "timeout")
		return b
	}
	b.Flow = r.NeedText(n, "flow")
	for _, m := range n.Members {
		switch m.Key {
		case "instance", "parameters", "retry", "timeout":
			r.Add(MisplacedField, jsondoc.Pointer(n.Pointer, m.Key), m.Pos, "%q belongs to an action, and this binding runs a flow", m.Key)
		}
	}
	return b
}

// PolicyRefs lists the policies that the binding uses.
func (b Binding) PolicyRefs() []string { return b.Filter }

// BindingInput starts one run of a binding's machine.
type BindingInput struct {
	Order            string      `json:"order"`
	Run              string      `json:"run"`
	FulfillmentOrder string      `json:"fulfillmentOrder"` // of an event of one, otherwise ""
	Event            event.Event `json:"event"`
}

// BindingMachine is the name, without the stack, of a binding's machine.
func BindingMachine(id string) string { return bindingPrefix + id }

// BindingStep is the step of everything that a binding's machine does. No step of
// a flow has such an id: what a binding does never leads to a binding.
func BindingStep(id string) string { return "binding:" + id }

// IsBindingStep reports whether a step is a binding's.
func IsBindingStep(step string) bool { return strings.HasPrefix(step, "binding:") }

// StartBinding starts the n-th run of a binding for an event; one that exists
// already is success.
func StartBinding(ctx context.Context, states fn.States, id string, e event.Event, n int) error {
	in := BindingInput{Order: e.OrderID, Run: RunName(e.OrderID, fmt.Sprintf("%s%s-%d", bindingPrefix, id, e.Seq), n), Event: e}
	if e.Entity == event.FulfillmentOrder {
		in.FulfillmentOrder = e.EntityID
	}
	input, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return states.Start(ctx, BindingMachine(id), in.Run, input)
}

// BoundTo reads the part of a run's name that stands where a flow's id does: of a
// binding's run the binding and the number of the event.
func BoundTo(flow string) (binding string, seq int64, ok bool) {
	rest, ok := strings.CutPrefix(flow, bindingPrefix)
	i := strings.LastIndex(rest, "-")
	if !ok || i < 0 {
		return "", 0, false
	}
	seq, err := strconv.ParseInt(rest[i+1:], 10, 64)
	return rest[:i], seq, err == nil
}
