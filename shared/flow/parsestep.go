package flow

import (
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// maxStepID keeps idempotency keys short.
const maxStepID = 40

// fieldsOf lists the fields of a step type, beside those that all have.
func fieldsOf(t StepType) []string {
	task := []string{"next", "retry", "timeout"}
	switch t {
	case ValidateHeader, ValidateLines, AssignSource:
		return append(task, "policies", "onFailure")
	case Reserve:
		return append(task, "deadline", "again")
	case CreateFulfillmentOrders:
		return task
	case ForEach:
		return []string{"next", "each", "concurrency", "maximum", "start", "steps"}
	case Splitter:
		return []string{"branches", "otherwise"}
	case ConditionStep:
		return []string{"when", "outcome", "yes", "no"}
	case SendToFulfillment:
		return append(task, "action", "instance", "parameters")
	case ProviderAction:
		return append(task, "action", "instance", "parameters", "raises", "onFailure")
	case WaitForShipment:
		return []string{"next", "deadline"}
	case WaitStep:
		return []string{"next", "for", "until"}
	case HoldStep:
		return []string{"next", "reason", "expiry", "onExpiry"}
	case CallFunction:
		return append(task, "arn", "parameters", "retryOn", "onFailure")
	case RaiseEvent:
		return append(task, "event", "payload", "onFailure")
	case SetFields:
		return append(task, "entity", "set", "onFailure")
	case ApprovalStep:
		return []string{"who", "question", "deadline", "default", "yes", "no"}
	case Parallel:
		return []string{"next", "branches"}
	case Merge:
		return []string{"next"}
	case WaitForEvent:
		return []string{"next", "event", "deadline", "onDeadline"}
	case SubFlow:
		return []string{"next", "flow", "onFailure"}
	}
	if a, ok := ActionStepOf(t); ok {
		return a.fields()
	}
	return nil
}

var (
	commonFields = []string{"id", "name", "type", "description"}
	everyType    = append([]StepType{ValidateHeader, ValidateLines, AssignSource, Reserve, CreateFulfillmentOrders, ForEach, Splitter, ConditionStep, SendToFulfillment, WaitForShipment, ProviderAction, WaitStep, HoldStep, ApprovalStep, SetFields, RaiseEvent, Parallel, Merge, WaitForEvent, SubFlow, CallFunction, End}, actionTypes(true, true)...)
	// A step about one fulfillment order or one line stands inside a for-each, one about the
	// whole order outside. In the branches of a parallel are those outside that
	// claim no order for themselves, see place.go.
	innerTypes = append([]StepType{Splitter, ConditionStep, SendToFulfillment, WaitForShipment, ProviderAction, WaitStep, Merge, WaitForEvent, CallFunction, End}, actionTypes(true, false)...)
	lineTypes  = []StepType{Splitter, ConditionStep, ProviderAction, WaitStep, SetFields, RaiseEvent, Merge, WaitForEvent, End}
	outerTypes = append([]StepType{ValidateHeader, ValidateLines, AssignSource, Reserve, CreateFulfillmentOrders, ForEach, Splitter, ConditionStep, ProviderAction, WaitStep, HoldStep, ApprovalStep, SetFields, RaiseEvent, Parallel, Merge, WaitForEvent, SubFlow, CallFunction, End}, actionTypes(false, true)...)
)

// scope reads start and steps; inside is the id of the step around them.
func (r *reader) scope(n *jsondoc.Node, inside string) Scope {
	s := Scope{Start: r.NeedText(n, "start")}
	steps := r.Need(n, "steps")
	if steps == nil || !r.Is(steps, jsondoc.Array) {
		return s
	}
	if len(steps.Items) == 0 {
		r.At(steps, jsondoc.InvalidValue, "there are no steps")
	}
	for _, item := range steps.Items {
		if !r.Is(item, jsondoc.Object) {
			continue
		}
		if len(r.ids) >= MaxSteps {
			r.At(item, jsondoc.InvalidValue, "a flow has at most %d steps | Split it into several flows", MaxSteps)
			return s
		}
		r.In(r.Text(item, "id"))
		s.Steps = append(s.Steps, r.step(item))
		r.In(inside)
	}
	return s
}

func (r *reader) step(n *jsondoc.Node) Step {
	s := Step{At: n.Pointer, ID: r.id(n, "id", maxStepID), Name: r.name(n), Description: r.Text(n, "description")}
	if s.ID == ToException || s.ID == ToContinue {
		r.At(n.Get("id"), jsondoc.InvalidValue, "the id %q is reserved", s.ID)
	}
	if s.ID != "" && r.ids[s.ID] {
		r.At(n.Get("id"), DuplicateID, "two steps have the id %q", s.ID)
	}
	r.ids[s.ID] = true
	r.stepType(&s, n)
	if s.Type == "" {
		return s
	}
	allowed := fieldsOf(s.Type)
	for _, m := range n.Members {
		if !slices.Contains(commonFields, m.Key) && !slices.Contains(allowed, m.Key) {
			r.Add(MisplacedField, jsondoc.Pointer(n.Pointer, m.Key), m.Pos, "a step of type %s has no field %q | Its fields: %s", s.Type, m.Key, strings.Join(append(commonFields[:4:4], allowed...), ", "))
		}
	}
	has := func(field string) bool { return slices.Contains(allowed, field) && !absent(s.Type, field, n) }
	if has("next") {
		s.Next = r.edge(n, "next")
	}
	if has("retry") {
		s.Retry, s.Timeout = r.retry(n), r.duration(n, "timeout")
	}
	if has("policies") {
		s.Policies = r.policies(n)
	}
	if has("action") {
		r.action(&s, n)
	}
	if has("deadline") {
		r.deadline(&s, n)
	}
	if has("onFailure") && n.Get("onFailure") != nil {
		if s.OnFailure = r.NeedText(n, "onFailure"); s.OnFailure == ToException {
			s.OnFailure = "" // as if nothing were said
		}
	}
	r.own(&s, n)
	return s
}

func (r *reader) stepType(s *Step, n *jsondoc.Node) {
	t := StepType(r.NeedText(n, "type"))
	allowed := StepTypes(r.place)
	switch {
	case t == "":
	case !slices.Contains(everyType, t):
		r.At(n.Get("type"), UnknownType, "there is no step type %q | Step types: %s", t, types(everyType))
	case !slices.Contains(allowed, t):
		r.At(n.Get("type"), MisplacedStep, "a step of type %s is not possible %s | Possible here: %s", t, r.place, types(allowed))
		s.Type = t
	case !r.doc.Offers(t):
		r.At(n.Get("type"), StepNotOffered, "a flow of type %s has no step of type %s | Step types of it: %s", r.doc.Type, t, types(recordTypes))
		s.Type = t
	default:
		s.Type = t
	}
}

func types(all []StepType) string {
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

func (r *reader) policies(n *jsondoc.Node) []string {
	if v := r.Need(n, "policies"); v != nil && v.Kind == jsondoc.Array && len(v.Items) == 0 {
		r.At(v, jsondoc.InvalidValue, "the step has no policies | Add one, or remove the step")
	}
	return r.refs(n, "policies")
}

func (r *reader) action(s *Step, n *jsondoc.Node) {
	s.Action, s.Instance = r.NeedText(n, "action"), r.NeedText(n, "instance")
	r.parameters(s, n)
	if v := n.Get("raises"); v != nil && s.Type == ProviderAction {
		s.Raises = r.NeedText(n, "raises")
		if d, ok := event.Lookup(s.Raises); s.Raises != "" && (!ok || d.Entity != event.Order && d.Entity != event.FulfillmentOrder) {
			r.At(v, jsondoc.InvalidValue, "%q is no event of an order or a fulfillment order | See the list of events", s.Raises)
		}
	}
}

func (r *reader) deadline(s *Step, n *jsondoc.Node) {
	if n.Get("deadline") == nil {
		r.At(n, NoDeadline, "the wait of this step never ends when what it waits for does not come | Add a deadline, e.g. \"deadline\": \"P30D\"")
		return
	}
	s.Deadline = r.duration(n, "deadline")
}

// own reads the fields that only one type has.
func (r *reader) own(s *Step, n *jsondoc.Node) {
	switch s.Type {
	case Reserve:
		s.Wait = r.again(n, 20)
	case ForEach:
		r.forEach(s, n)
	case Splitter:
		r.splitter(s, n)
	case ConditionStep:
		r.condition(s, n)
	case WaitStep:
		r.wait(s, n)
	case HoldStep:
		r.hold(s, n)
	case ApprovalStep:
		r.approval(s, n)
	case SetFields:
		r.setFields(s, n)
	case RaiseEvent:
		r.raiseEvent(s, n)
	case Parallel:
		r.parallel(s, n)
	case Merge:
		r.merge(s, n)
	case WaitForEvent:
		r.waitForEvent(s, n)
	case SubFlow:
		s.Flow = r.id(n, "flow", MaxIDLength)
	case CallFunction:
		r.callFunction(s, n)
	}
	if a, ok := ActionStepOf(s.Type); ok {
		r.actionStep(s, n, a)
	}
}
