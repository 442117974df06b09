package asl

func (p *parser) task(at place, st *State, n *node) {
	p.known(at, n, with(withErrors, "Resource", "Arguments", "TimeoutSeconds", "HeartbeatSeconds")...)
	st.Arguments = p.any(at, n, "Arguments")
	st.Timeout = p.amount(at, n, "TimeoutSeconds", 1)
	st.Heartbeat = p.amount(at, n, "HeartbeatSeconds", 1)
	p.heartbeat(at, st, n)
	p.resource(at, st, n)
	p.retry(at, st, n)
	p.catch(at, st, n)
	p.leave(at, st, n)
}

func (p *parser) heartbeat(at place, st *State, n *node) {
	if st.Timeout == nil || st.Heartbeat == nil {
		return
	}
	timeout, known := st.Timeout.Constant()
	beat, alsoKnown := st.Heartbeat.Constant()
	if known && alsoKnown && beat.(float64) >= timeout.(float64) {
		p.add(InvalidValue, at.in("HeartbeatSeconds"), n.get("HeartbeatSeconds").pos, "HeartbeatSeconds must be smaller than TimeoutSeconds")
	}
}

func (p *parser) parallel(at place, st *State, n *node) {
	p.known(at, n, with(withErrors, "Branches", "Arguments")...)
	st.Arguments = p.any(at, n, "Arguments")
	p.retry(at, st, n)
	p.catch(at, st, n)
	p.leave(at, st, n)
	branches := n.get("Branches")
	if branches == nil || branches.kind != kindArray || len(branches.items) == 0 {
		p.add(MissingField, at, n.pos, "a Parallel state has an array Branches with at least one branch")
		return
	}
	for i, b := range branches.items {
		here := at.in("Branches").in(itoa(i))
		if b.kind != kindObject {
			p.wrongKind(here, b, "an object")
			continue
		}
		p.known(here, b, "StartAt", "States", "Comment")
		st.Branches = append(st.Branches, p.scope(here, b, st))
	}
}

func (p *parser) mapState(at place, st *State, n *node) {
	p.known(at, n, with(withErrors, "Items", "ItemSelector", "ItemProcessor", "MaxConcurrency")...)
	st.Items = p.any(at, n, "Items")
	if items := n.get("Items"); items != nil && items.kind != kindArray && !isExpression(items.text) {
		p.wrongKind(at.in("Items"), items, "an array or an expression")
	}
	st.ItemSelector = p.any(at, n, "ItemSelector")
	st.MaxConcurrency = p.amount(at, n, "MaxConcurrency", 0)
	p.retry(at, st, n)
	p.catch(at, st, n)
	p.leave(at, st, n)
	proc := n.get("ItemProcessor")
	if proc == nil || proc.kind != kindObject {
		p.add(MissingField, at, n.pos, "a Map state has an object ItemProcessor")
		return
	}
	here := at.in("ItemProcessor")
	p.known(here, proc, "StartAt", "States", "Comment", "ProcessorConfig")
	if config := proc.get("ProcessorConfig"); config != nil {
		p.known(here.in("ProcessorConfig"), config, "Mode", "ExecutionType")
		if mode := config.get("Mode"); mode != nil && mode.text != "INLINE" {
			p.add(OnlyOnAWS, here.in("ProcessorConfig").in("Mode"), mode.pos, "a Map in mode %s works only on AWS; the local engine has INLINE", mode.text)
		}
	}
	st.Processor = p.scope(here, proc, st)
}
