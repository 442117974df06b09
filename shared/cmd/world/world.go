// Package world is Orderloom with everything around it on one machine: the
// local host with all functions, the fake services of the demo, its records and
// its sample orders. The command, the conformance scenarios, the crash test and
// the benchmarks run on it.
package world

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/functions/providers"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/local/host"
	"github.com/orderloom/orderloom/shared/local/secrets"
)

// GCPercent is the setting of the garbage collector for programs that run a
// world. It spends memory for speed: the live heap is some ten megabytes,
// whatever the number of orders that are kept.
const GCPercent = 300

// Options of a world. Dir is required.
type Options struct {
	Dir        string      // data folder
	Project    string      // folder of template.yaml; "" looks upward from the working folder
	Clock      clock.Clock // default clock.System; a *clock.Manual makes time virtual
	HTTPAddr   string      // default 127.0.0.1:0
	AWSAddr    string      // default 127.0.0.1:0
	FakesAddr  string      // default 127.0.0.1:0
	PublicHost string
	Retain     time.Duration    // how long ended executions are kept; default 90 days
	ShipAfter  time.Duration    // from an order at the warehouse to its parcel
	Manual     bool             // nothing ships by itself
	Isolate    bool             // functions run as built programs
	FakesURL   string           // fake services that run elsewhere; "" runs them here
	Flows      []compile.Result // flows of the repository that are published anew, compiled otherwise than committed
	Log        *slog.Logger
}

// World runs until Close.
type World struct {
	Host  *host.Host
	Fakes *Fakes // nil when they run elsewhere

	opts   Options
	fakes  string // address of the fake services
	client *http.Client
	known  bool // its addresses stand in the data folder
}

// Open starts a world; a new data folder is seeded.
func Open(ctx context.Context, o Options) (*World, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &World{opts: o, client: &http.Client{Timeout: time.Minute, Transport: transport()}}
	if err := w.open(ctx); err != nil {
		_ = w.Close() // the first error counts
		return nil, err
	}
	return w, nil
}

func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}

func (w *World) open(ctx context.Context) error {
	o := w.opts
	project, err := findProject(o.Project)
	if err != nil {
		return err
	}
	if err := EnsureSecrets(o.Dir); err != nil {
		return err
	}
	options := host.Options{
		Dir: o.Dir, Project: os.DirFS(project), Functions: functions.All(), Outside: outside(), Clock: o.Clock,
		HTTPAddr: o.HTTPAddr, AWSAddr: o.AWSAddr, PublicHost: o.PublicHost, Retain: o.Retain, Log: o.Log,
	}
	if o.Isolate {
		options.Isolate = isolate(ctx, project, o)
	}
	if w.Host, err = host.Open(ctx, options); err != nil {
		return err
	}
	if w.fakes = o.FakesURL; w.fakes == "" {
		if w.Fakes, err = OpenFakes(ctx, FakeOptions{Clock: o.Clock, Secrets: w.Host.Secrets(), Addr: o.FakesAddr, ShipAfter: o.ShipAfter, Manual: o.Manual}); err != nil {
			return err
		}
		w.fakes = w.Fakes.URL
	}
	if err := w.install(ctx); err != nil {
		return err
	}
	if err := w.publish(ctx); err != nil {
		return err
	}
	if err := w.seed(ctx); err != nil {
		return err
	}
	if w.Fakes != nil {
		if err := w.restore(ctx); err != nil {
			return err
		}
		w.Fakes.Deliver(w.Host.URL())
	}
	if err := w.saveSAMEnv(); err != nil {
		return err
	}
	w.known = true
	return Endpoints{Console: w.Host.URL(), AWS: w.Host.AWSURL(), Fakes: w.fakes, PID: os.Getpid()}.save(o.Dir)
}

// outside tells the functions of providers from the others.
func outside() func(id string) bool {
	ids := map[string]bool{}
	for _, p := range providers.All() {
		for _, f := range p.Functions {
			ids[f.ID] = true
		}
	}
	return func(id string) bool { return ids[id] }
}

// EnsureSecrets makes up the demo's credentials in a data folder that has none.
func EnsureSecrets(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.Wrap(err, fault.Internal, "creating the data folder")
	}
	store, err := secrets.Open(filepath.Join(dir, "secrets.json"))
	if err != nil {
		return err
	}
	for instance, names := range map[string][]string{
		DemoShop: {"accessToken", "hookSecret"}, LabShop: {"accessToken", "hookSecret"}, WholesaleShop: {"accessToken", "hookSecret"},
		MarketplaceShop: {"accessToken", "hookSecret"}, OutletShop: {"accessToken", "hookSecret"}, ServiceDesk: {"signingSecret"}, Warehouse: {"apiKey", "apiSecret", "hookSecret"},
	} {
		for _, name := range names {
			if err := store.Ensure(secretRef(instance, name), randomSecret); err != nil {
				return err
			}
		}
	}
	senders, err := recordInstances()
	if err != nil {
		return err
	}
	for _, in := range senders {
		if err := store.Ensure(in.Secrets["hookSecret"], randomSecret); err != nil {
			return err
		}
	}
	return nil
}

func randomSecret() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// findProject looks for the folder that holds the templates.
func findProject(dir string) (string, error) {
	given := dir != ""
	if !given {
		var err error
		if dir, err = os.Getwd(); err != nil {
			return "", fault.Wrap(err, fault.Internal, "finding the working folder")
		}
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "template.yaml")); err == nil {
			return at, nil
		} else if !errors.Is(err, os.ErrNotExist) {
			return "", fault.Wrap(err, fault.Internal, "looking for template.yaml")
		}
		if given || at == filepath.Dir(at) {
			return "", fault.New(fault.NotFound, "no template.yaml in %s", dir).Do("Run it inside a checkout of Orderloom, or name the checkout with --project")
		}
	}
}

// Post sends a request to the world's own API.
func (w *World) Post(ctx context.Context, path string, header map[string]string, body []byte) error {
	return post(ctx, w.client, w.Host.URL()+path, header, body)
}

// Drive runs virtual time until done, or until nothing happens any more within
// the horizon; it returns done's last answer. The clock must be a *clock.Manual.
func (w *World) Drive(ctx context.Context, horizon time.Duration, done func() bool) bool {
	c, ok := w.opts.Clock.(*clock.Manual)
	if !ok {
		return false
	}
	return clock.Drive(ctx, c, horizon, func() bool { return w.Fakes.Idle() && w.Host.Idle() }, done)
}

// Close stops everything; what is under way goes on at the next Open.
func (w *World) Close() error {
	if w.known { // nobody is to find it any more; another one on this folder stays known
		_ = os.Remove(filepath.Join(w.opts.Dir, endpointsFile))
	}
	var err error
	if w.Host != nil {
		err = w.Host.Close()
	}
	if w.Fakes != nil {
		w.Fakes.Close()
	}
	w.client.CloseIdleConnections()
	return err
}
