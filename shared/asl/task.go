package asl

import "github.com/orderloom/orderloom/shared/jsontree"

func (p *parser) task(at place, st *State, n *node) {
	fields := []string{"Resource", "TimeoutSeconds", "HeartbeatSeconds"}
	p.known(at, n, with(withErrors, p.own(with(fields, withArguments...), with(fields, with(results, "TimeoutSecondsPath", "HeartbeatSecondsPath")...))...)...)
	p.arguments(at, st, n)
	st.Timeout = p.amount(at, n, "TimeoutSeconds", 1)
	st.Heartbeat = p.amount(at, n, "HeartbeatSeconds", 1)
	if p.paths {
		p.orPath(at, n, "TimeoutSeconds", reference, &st.Timeout)
		p.orPath(at, n, "HeartbeatSeconds", reference, &st.Heartbeat)
	}
	p.heartbeat(at, st, n)
	p.retry(at, st, n)
	p.catch(at, st, n)
	p.leave(at, st, n)
	p.resource(at, st, n)
}

func (p *parser) heartbeat(at place, st *State, n *node) {
	if st.Timeout == nil || st.Heartbeat == nil {
		return
	}
	timeout, known := st.Timeout.Constant()
	beat, alsoKnown := st.Heartbeat.Constant()
	if known && alsoKnown && beat.(float64) >= timeout.(float64) {
		p.add(InvalidValue, at.in("HeartbeatSeconds"), n.Get("HeartbeatSeconds").Pos, "HeartbeatSeconds must be smaller than TimeoutSeconds")
	}
}

func (p *parser) parallel(at place, st *State, n *node) {
	p.known(at, n, with(withErrors, with(p.own(withArguments, results), "Branches")...)...)
	p.arguments(at, st, n)
	p.retry(at, st, n)
	p.catch(at, st, n)
	p.leave(at, st, n)
	branches := n.Get("Branches")
	if branches == nil || branches.Kind != jsontree.Array || len(branches.Items) == 0 {
		p.add(MissingField, at, n.Pos, "a Parallel state has an array Branches with at least one branch")
		return
	}
	for i, b := range branches.Items {
		here := at.in("Branches").in(itoa(i))
		if b.Kind != jsontree.Object {
			p.wrongKind(here, b, "an object")
			continue
		}
		p.known(here, b, "StartAt", "States", "Comment")
		st.Branches = append(st.Branches, p.scope(here, b, st))
	}
}

func (p *parser) mapState(at place, st *State, n *node) {
	fields := []string{"ItemSelector", "ItemProcessor", "Iterator", "MaxConcurrency"}
	p.known(at, n, with(withErrors, p.own(with(fields, "Items", "Output"), with(fields, with(results, "ItemsPath", "MaxConcurrencyPath")...))...)...)
	st.MaxConcurrency = p.amount(at, n, "MaxConcurrency", 0)
	if p.paths {
		p.itemsByPath(at, st, n)
	} else {
		p.items(at, st, n)
	}
	p.retry(at, st, n)
	p.catch(at, st, n)
	p.leave(at, st, n)
	p.processor(at, st, n)
}

func (p *parser) items(at place, st *State, n *node) {
	st.Items = p.any(at, n, "Items")
	if items := n.Get("Items"); items != nil && items.Kind != jsontree.Array && !isExpression(items.Text) {
		p.wrongKind(at.in("Items"), items, "an array or an expression")
	}
	st.ItemSelector = p.any(at, n, "ItemSelector")
}

// itemsByPath also knows the older name of ItemSelector.
func (p *parser) itemsByPath(at place, st *State, n *node) {
	p.one(at, n, "ItemSelector", "Parameters")
	p.orPath(at, n, "MaxConcurrency", noContext, &st.MaxConcurrency)
	st.Items = p.path(at, n, "ItemsPath", reference)
	if st.ItemSelector = p.template(at, n, "ItemSelector"); st.ItemSelector == nil {
		st.ItemSelector = p.template(at, n, "Parameters")
	}
}

// processor reads what runs for each item, also under its older name.
func (p *parser) processor(at place, st *State, n *node) {
	p.one(at, n, "ItemProcessor", "Iterator")
	key := "ItemProcessor"
	if n.Get(key) == nil && n.Get("Iterator") != nil {
		key = "Iterator"
	}
	proc := n.Get(key)
	if proc == nil || proc.Kind != jsontree.Object {
		p.add(MissingField, at, n.Pos, "a Map state has an object ItemProcessor")
		return
	}
	here := at.in(key)
	p.known(here, proc, "StartAt", "States", "Comment", "ProcessorConfig")
	if config := proc.Get("ProcessorConfig"); config != nil {
		p.known(here.in("ProcessorConfig"), config, "Mode", "ExecutionType")
		if mode := config.Get("Mode"); mode != nil && mode.Text != "INLINE" {
			p.add(OnlyOnAWS, here.in("ProcessorConfig").in("Mode"), mode.Pos, "a Map in mode %s works only on AWS; the local engine has INLINE", mode.Text)
		}
	}
	st.Processor = p.scope(here, proc, st)
}
