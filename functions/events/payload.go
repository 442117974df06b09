package events

import (
	"errors"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// fits checks a payload against the schema of its event.
func fits(d event.Definition, payload *jsondoc.Node) error {
	schema, err := compiled(d)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "reading the schema of %s", d.Name)
	}
	value := any(map[string]any{}) // no payload is an empty one
	if payload != nil {
		value = payload.Value()
	}
	if err := schema.Validate(value); err != nil {
		return fault.New(fault.Invalid, "the payload is not as %s is declared: %s", d.Name, reasons(err)).On(d.Name, "payload").Do("Correct the sender, or the schema in statemachines/events, and replay the message")
	}
	return nil
}

func compiled(d event.Definition) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(d.Payload)))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	const at = "payload.json"
	if err := c.AddResource(at, doc); err != nil {
		return nil, err
	}
	return c.Compile(at)
}

// maxReasons bounds a sentence that a person reads.
const maxReasons = 5

// reasons says in one line what does not fit, and where.
func reasons(err error) string {
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return err.Error()
	}
	var all []string
	for _, unit := range invalid.BasicOutput().Errors {
		if unit.Error == nil {
			continue
		}
		if len(all) == maxReasons {
			all = append(all, "…")
			break
		}
		at := unit.InstanceLocation
		if at == "" {
			at = "payload"
		}
		all = append(all, at+": "+unit.Error.String())
	}
	return strings.Join(all, "; ")
}

// Bounds of a number: one that is written shortly can take a gigabyte to compute
// with.
const (
	maxNumberLength = 40
	maxExponent     = 300
)

// tame reports the first value that is dangerous to look at: nested too deeply, or
// a number out of all proportion.
func tame(n *jsondoc.Node, depth int) error {
	if depth > event.MaxReportDepth {
		return fault.New(fault.TooLarge, "the detail is nested deeper than %d levels", event.MaxReportDepth).On("", "detail")
	}
	if n.Kind == jsondoc.Number && !moderate(n.Text) {
		return fault.New(fault.TooLarge, "a number of more than %d digits, or beyond 10 to the power of %d", maxNumberLength, maxExponent).On("", n.Pointer).Got(n.Text)
	}
	for _, m := range n.Members {
		if err := tame(m.Value, depth+1); err != nil {
			return err
		}
	}
	for _, item := range n.Items {
		if err := tame(item, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func moderate(number string) bool {
	if len(number) > maxNumberLength {
		return false
	}
	_, exponent, ok := strings.Cut(strings.ToLower(number), "e")
	if !ok {
		return true
	}
	e, err := strconv.Atoi(exponent)
	return err == nil && -maxExponent <= e && e <= maxExponent
}
