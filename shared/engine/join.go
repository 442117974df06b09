package engine

import (
	"github.com/orderloom/orderloom/shared/asl"
)

// maxIterations is AWS's cap on iterations of an inline Map that run at once.
const maxIterations = 40

func (t *turn) parallel(th *thread) (*asl.State, *value) {
	s := &sight{t: t, th: th}
	input, p := s.arguments()
	if p == nil {
		p = limited(input, th.state.Name)
	}
	if p != nil {
		return t.trouble(th, p)
	}
	t.emit(th, event{kind: parallelStateStarted, in: input})
	for _, c := range th.children {
		t.begin(c)
	}
	return nil, nil
}

// begin lets a new thread enter its first state, unless the turn has dropped it
// in the meantime.
func (t *turn) begin(c *thread) {
	t.later(func() {
		if t.live.thread(c.id) == c {
			t.advance(c, c.scope.Start, c.input)
		}
	})
}

func (t *turn) iterate(th *thread) (*asl.State, *value) {
	s := &sight{t: t, th: th}
	in, p := s.effective()
	var items *value
	if p == nil {
		items, p = s.value(th.state.Items, in)
	}
	if p != nil {
		if p.name == asl.ErrQuery {
			p.failed = mapStateFailed
		}
		return t.trouble(th, p)
	}
	list, ok := items.get().([]any)
	if !ok {
		p = s.noItems(items)
	} else {
		p = limited(items, th.state.Name)
	}
	if p != nil {
		p.failed = mapStateFailed
		return t.trouble(th, p)
	}
	limit, p := s.whole(th.state.MaxConcurrency, "MaxConcurrency", 0)
	if p != nil {
		return t.trouble(th, p)
	}
	if limit == 0 || limit > maxIterations {
		limit = maxIterations
	}
	t.emitState(th, event{kind: mapStateStarted, num: int64(len(list)), num2: limit, in: items})
	return t.more(th, th.last)
}

// more starts iterations, which follow the event after, as far as the limit allows. It returns where to go on
// when the Map is complete or fails.
func (t *turn) more(th *thread, after int64) (*asl.State, *value) {
	for th.phase == onJoin && th.open < th.limit && th.started < len(th.items) && !t.full {
		input, p := t.itemInput(th)
		if p != nil {
			t.abandon(th, nil)
			p.failed = mapStateFailed
			return t.trouble(th, p)
		}
		t.emitState(th, event{kind: mapIterationStarted, prev: after, num: int64(th.started), in: input})
		if !t.full {
			t.begin(th.children[len(th.children)-1])
		}
	}
	if th.open == 0 && !t.full {
		return t.joined(th, mapStateSucceeded)
	}
	return nil, nil
}

// itemInput is the input of the next iteration.
func (t *turn) itemInput(th *thread) (*value, *problem) {
	item := th.items[th.started]
	if th.state.ItemSelector == nil {
		return newValue(item), nil
	}
	s := &sight{t: t, th: th, item: mapContext(th.started, item)}
	var input *value
	_, p := s.effective()
	if p == nil {
		input, p = s.value(th.state.ItemSelector, nil)
	}
	if p == nil {
		p = limited(input, th.state.Name)
	}
	return input, p
}

// ended hears that a thread inside th has ended.
func (t *turn) ended(th, child *thread) {
	if th.state.Type == asl.Map {
		th.last = child.last
		t.emit(th, event{kind: mapIterationSucceeded, num: int64(child.index), state: th.state.Index + 1})
		t.resume(th, func(th *thread) (*asl.State, *value) { return t.more(th, child.last) })
		return
	}
	th.last = child.last
	if th.open == 0 {
		t.resume(th, func(th *thread) (*asl.State, *value) { return t.joined(th, parallelStateSucceeded) })
	}
}

// resume lets a thread that waits for its children go on, outside of the
// child's own call: nesting must not eat the stack.
func (t *turn) resume(th *thread, f func(*thread) (*asl.State, *value)) {
	moves := th.moves
	t.later(func() {
		if th.moves == moves && th.phase == onJoin {
			next, input := f(th)
			t.advance(th, next, input)
		}
	})
}

// joined leaves a Parallel or Map state with the results in order.
func (t *turn) joined(th *thread, k kind) (*asl.State, *value) {
	results := make([]any, len(th.results))
	for i, r := range th.results {
		results[i] = r.get()
	}
	t.emit(th, event{kind: k})
	if t.full {
		return nil, nil
	}
	s := (&sight{t: t, th: th}).withResult(results)
	return t.leave(th, newValue(results), s)
}
