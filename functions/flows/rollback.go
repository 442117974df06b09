package flows

import (
	"context"
	"strconv"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
)

// rollback makes an older version live again, as a version of its own that says
// so. Its machine is there still, so nothing is compiled. While a version is on
// trial, going back is ending the trial.
func (p publisher) rollback(ctx context.Context, l registry.Live, said Told) (registry.Live, error) {
	if l.Number == 0 {
		return l, ownedByRepository(l.ID)
	}
	number := said.Version
	if number == 0 {
		var err error
		if number, err = p.before(ctx, l); err != nil {
			return l, err
		}
	}
	v, err := p.registry.Version(ctx, l.ID, number)
	if err != nil {
		return l, err
	}
	if v.RollbackOf > 0 {
		number = v.RollbackOf
	}
	if number == l.Content() && l.Canary == nil {
		return l, fault.New(fault.Conflict, "version %d is live", number).On(l.ID, "version")
	}
	v.At, v.By, v.Comment, v.RollbackOf, v.Trial, v.Edition = p.now(), said.By, said.Comment, number, nil, l.Edition
	live, err := p.release(ctx, nil, v)
	if err != nil {
		return l, err
	}
	return live[0], nil
}

// before is the version to go back to: during a trial the one that has the other
// orders, otherwise the one that was live before. Going back twice goes back two
// versions.
func (p publisher) before(ctx context.Context, l registry.Live) (int, error) {
	if l.Canary != nil {
		return l.Content(), nil
	}
	v, err := p.registry.Version(ctx, l.ID, l.Number)
	if err != nil {
		return 0, err
	}
	if v.After == 0 {
		return 0, fault.New(fault.Conflict, "no version was live before version %d", l.Content()).On(l.ID, "version").Do("Name one of the " + strconv.Itoa(l.Last) + " versions")
	}
	return v.After, nil
}

func (p publisher) promote(ctx context.Context, l registry.Live) (registry.Live, error) {
	if l.Number == 0 {
		return l, ownedByRepository(l.ID)
	}
	l, err := p.registry.Promote(ctx, l.ID)
	if err != nil {
		return l, err
	}
	return l, p.route(ctx, []registry.Live{l})
}

func ownedByRepository(id string) error {
	return fault.New(fault.Conflict, "flow %q is owned by the repository", id).On(id, "id").Do("Clone it under another id, or change it in the repository")
}
