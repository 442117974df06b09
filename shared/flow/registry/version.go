package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// Version is one publication of a flow, immutable. Making an older one live
// again is a publication too.
type Version struct {
	Flow       string          `json:"flow"`
	Number     int             `json:"number"` // from 1, given by Release
	Title      string          `json:"title"`
	Type       string          `json:"type,omitempty"` // what flows: empty for orders
	Event      string          `json:"event"`
	Filters    []string        `json:"filters"`
	Alongside  []string        `json:"alongside,omitempty"` // flows that an order may enter as well
	Policies   []string        `json:"policies"`            // all that the document refers to, "<id>@<version>"
	Machine    string          `json:"machine"`             // name without the stack
	ARN        string          `json:"version"`             // of the machine's version
	At         time.Time       `json:"at"`
	By         string          `json:"by,omitempty"`
	Comment    string          `json:"comment,omitempty"`
	RollbackOf int             `json:"rollbackOf,omitempty"` // the version that it makes live again
	After      int             `json:"after,omitempty"`      // the version that was live before it; of a roll-back, before what it is again
	Trial      *Trial          `json:"canary,omitempty"`     // it began with a share of the new orders
	Document   json.RawMessage `json:"document,omitempty"`   // the drawing; not in lists
	Edition    int64           `json:"-"`                    // for Release: the edition of the flow that it was decided on; 0: any
}

// Trial says how a version proves itself on a share of the new orders before it
// gets all of them.
type Trial struct {
	Percent   int `json:"percent"`   // of the new orders, 1 to 99
	Minutes   int `json:"minutes"`   // how long
	Minimum   int `json:"minimum"`   // orders without which nothing is decided
	Threshold int `json:"threshold"` // percent of its orders that may have an exception
}

// Canary is a version on trial.
type Canary struct {
	Trial
	Number  int       `json:"number"`
	Version string    `json:"version"` // ARN
	Since   time.Time `json:"since"`
}

func versionsPartition(id string) string { return "FLOW#" + id }

func numberKey(id string, number int) table.Key {
	return table.Key{PK: versionsPartition(id), SK: fmt.Sprintf("V#%06d", number)}
}

const headAttr = "head"

// item keeps the document apart and compressed: lists do without it.
func (v Version) item() (table.Item, error) {
	key, doc := numberKey(v.Flow, v.Number), blob.Compress(v.Document)
	v.Document = nil
	head, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if len(doc)+len(head) > table.MaxItemBytes-1024 {
		return nil, fault.New(fault.TooLarge, "the document takes %d bytes compressed; %d fit", len(doc), table.MaxItemBytes-1024-len(head)).On(v.Flow, "flow")
	}
	return table.Item{table.PK: key.PK, table.SK: key.SK, headAttr: head, docAttr: doc}, nil
}

func versionOf(item table.Item) (Version, error) {
	var v Version
	if err := json.Unmarshal(item.Bytes(headAttr), &v); err != nil {
		return v, fault.Wrap(err, fault.Internal, "reading version %s", item.Key())
	}
	return v, nil
}

// Versions lists the versions of a flow that the console owns, oldest first,
// without their documents.
func (r Registry) Versions(ctx context.Context, id string) ([]Version, error) {
	var all []Version
	err := r.each(ctx, table.Query{PK: versionsPartition(id)}, func(item table.Item) error {
		v, err := versionOf(item)
		all = append(all, v)
		return err
	})
	return all, err
}

// Version returns one version with its document.
func (r Registry) Version(ctx context.Context, id string, number int) (Version, error) {
	key := numberKey(id, number)
	item, err := r.table.Get(ctx, key)
	if err != nil {
		return Version{}, err
	}
	if item == nil {
		return Version{}, fault.New(fault.NotFound, "flow %q has no version %d", id, number)
	}
	v, err := versionOf(item)
	if err != nil {
		return v, err
	}
	v.Document, err = blob.Expand(key.String(), item.Bytes(docAttr))
	return v, err
}
