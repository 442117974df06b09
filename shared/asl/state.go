package asl

import (
	"regexp"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/jsontree"
)

// Fields of states of either language.
var (
	common     = []string{"Type", "Comment", "QueryLanguage"}
	withNext   = append(common[:3:3], "Next", "End", "Assign")
	withErrors = append(withNext[:6:6], "Retry", "Catch")
)

// Fields of one language each.
var (
	output        = []string{"Output"}
	inAndOut      = []string{"InputPath", "OutputPath"}
	result        = append(inAndOut[:2:2], "Parameters", "ResultPath")
	results       = append(result[:4:4], "ResultSelector")
	withArguments = append(output[:1:1], "Arguments")
)

func with(base []string, more ...string) []string { return append(base[:len(base):len(base)], more...) }

// state reads one state into st.
func (p *parser) state(st *State, m jsontree.Member) {
	at := place{st.Name, st.pointer, ""}
	n := m.Value
	if n.Kind != jsontree.Object {
		p.add(InvalidValue, at, n.Pos, "a state is an object, not %s", called(n.Kind))
		return
	}
	if utf8.RuneCountInString(st.Name) > 80 || st.Name == "" {
		p.add(InvalidValue, at, m.Pos, "the name of a state has 1 to 80 characters")
	}
	defer func(outer bool) { p.paths = outer }(p.paths)
	st.Language = p.stateLanguage(at, n)
	p.paths = st.Language == JSONPath
	st.Type = Type(p.text(at, n, "Type"))
	read, ok := map[Type]func(place, *State, *node){
		Pass: p.pass, Task: p.task, Choice: p.choice, Wait: p.wait,
		Parallel: p.parallel, Map: p.mapState, Succeed: p.succeed, Fail: p.fail,
	}[st.Type]
	switch {
	case n.Get("Type") == nil:
		p.add(MissingField, at, n.Pos, "Type is missing")
	case !ok:
		p.add(UnknownType, at.in("Type"), n.Get("Type").Pos, "there is no state type %q", st.Type)
	default:
		read(at, st, n)
	}
}

// flow reads what the state takes from its input and what it makes its output.
func (p *parser) flow(at place, st *State, n *node) {
	st.Assign = p.assign(at, n)
	if !p.paths {
		st.Output = p.any(at, n, "Output")
		return
	}
	st.InputPath, st.OutputPath = p.selection(at, n, "InputPath"), p.selection(at, n, "OutputPath")
	st.ResultSelector, st.ResultPath = p.template(at, n, "ResultSelector"), p.resultPath(at, n)
}

// arguments reads what a state works with.
func (p *parser) arguments(at place, st *State, n *node) {
	if p.paths {
		st.Arguments = p.template(at, n, "Parameters")
	} else {
		st.Arguments = p.any(at, n, "Arguments")
	}
}

// leave reads what leads out of a state: its output and Next or End.
func (p *parser) leave(at place, st *State, n *node) {
	p.flow(at, st, n)
	next, end := n.Get("Next"), n.Get("End")
	if end != nil {
		if end.Kind != jsontree.Bool {
			p.wrongKind(at.in("End"), end, "a boolean")
		}
		st.End = end.Text == "true"
	}
	switch {
	case next != nil:
		if st.End {
			p.add(InvalidValue, at.in("End"), end.Pos, "a state has either Next or End, not both")
		}
		p.edge(at, st, n, "Next", st.Assign, &st.Next)
	case !st.End:
		p.add(MissingField, at, n.Pos, "the state has neither Next nor \"End\": true")
	}
}

// edge notes a transition named by n's field key; link resolves it.
func (p *parser) edge(at place, st *State, n *node, key string, assign Assign, to **State) {
	target := n.Get(key)
	if target == nil {
		p.add(MissingField, at, n.Pos, "%s is missing", key)
		return
	}
	if target.Kind != jsontree.String {
		p.wrongKind(at.in(key), target, "a string")
		return
	}
	st.edges = append(st.edges, edge{target.Text, assign, to, at.in(key).pointer, target.Pos})
}

var variableName = regexp.MustCompile(`^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]{0,79}$`)

func (p *parser) assign(at place, n *node) Assign {
	v := n.Get("Assign")
	if v == nil {
		return nil
	}
	at = at.in("Assign")
	if v.Kind != jsontree.Object {
		p.wrongKind(at, v, "an object")
	}
	var out Assign
	add := func(pos int, key, name string, value *Value) {
		if !variableName.MatchString(name) || name == "states" {
			p.add(InvalidValue, at.in(key), pos, "%q cannot be the name of a variable", name)
		}
		out = append(out, Assignment{name, value})
	}
	if p.paths {
		p.templateFields(at, v, add)
		return out
	}
	for _, m := range v.Members {
		add(m.Pos, m.Key, m.Key, p.value(at.in(m.Key), m.Value))
	}
	return out
}
