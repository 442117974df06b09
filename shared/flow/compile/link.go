package compile

import "strings"

// link is one way out of a state that is written.
type link struct {
	to     string
	caught bool // by a Catch
	back   bool // an edge of the drawing that goes back
}

// links lists the ways out of a state, in the order in which they are tried.
func links(state object) []link {
	var all []link
	add := func(o object, key string, caught bool) {
		if to, ok := o.get(key).(string); ok {
			assign, _ := o.get("Assign").(object)
			all = append(all, link{to, caught, key == "Next" && counts(assign)})
		}
	}
	for _, rule := range state.list("Choices") {
		add(rule, "Next", false)
	}
	add(state, "Default", false)
	add(state, "Next", false)
	for _, k := range state.list("Catch") {
		add(k, "Next", true)
	}
	return all
}

// counts reports whether a transition counts how often an edge is taken.
func counts(assign object) bool {
	for _, f := range assign {
		if text, ok := f.value.(string); ok && strings.HasPrefix(f.key, counterPrefix) && text == plusOne(f.key).value {
			return true
		}
	}
	return false
}

// turn leads every way out of a state where f says, with what f wants to be
// assigned on the way.
func turn(state object, f func(to string) (string, object)) object {
	lead := func(o object, key string) object {
		to, ok := o.get(key).(string)
		if !ok {
			return o
		}
		next, more := f(to)
		if len(more) > 0 {
			assign, _ := o.get("Assign").(object)
			o = o.set("Assign", assign.with(more...))
		}
		return o.set(key, next)
	}
	for _, key := range []string{"Choices", "Catch"} {
		if list := state.list(key); list != nil {
			turned := make([]object, len(list))
			for i, o := range list {
				turned[i] = lead(o, "Next")
			}
			state = state.set(key, turned)
		}
	}
	return lead(lead(state, "Default"), "Next")
}

// assigned adds the variables that a state sets on one of its ways.
func assigned(state object, into map[string]bool) {
	for _, o := range append([]object{state}, append(state.list("Choices"), state.list("Catch")...)...) {
		assign, _ := o.get("Assign").(object)
		for _, f := range assign {
			into[f.key] = true
		}
	}
}

// get returns the value of a field, nil when there is none.
func (o object) get(key string) any {
	for _, f := range o {
		if f.key == key {
			return f.value
		}
	}
	return nil
}

// list returns a field that is a list of objects.
func (o object) list(key string) []object {
	all, _ := o.get(key).([]object)
	return all
}

// set replaces a field, or adds it where one reads it: before where the state
// leads.
func (o object) set(key string, value any) object {
	out, at := make(object, 0, len(o)+1), -1
	for _, f := range o {
		if f.key == key {
			f.value, at = value, len(out)
		}
		if (f.key == "Output" || f.key == "Next" || f.key == "Default") && at < 0 && o.get(key) == nil {
			out, at = append(out, field{key, value}), len(out)
		}
		out = append(out, f)
	}
	if at < 0 {
		out = append(out, field{key, value})
	}
	return out
}

// without leaves a field out.
func (o object) without(key string) object {
	out := make(object, 0, len(o))
	for _, f := range o {
		if f.key != key {
			out = append(out, f)
		}
	}
	return out
}
