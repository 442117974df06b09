package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
)

type upCmd struct {
	Port       int           `help:"Port of the console and the webhooks; the next free one when it is taken." default:"8080"`
	AWSPort    int           `name:"aws-port" help:"Port of the AWS-compatible endpoint; the next free one when it is taken." default:"4566"`
	PublicHost string        `help:"Host name, e.g. of a tunnel, under which /hooks/ alone is open to the world."`
	Speed      float64       `help:"How much faster than the wall clock time passes. Its data carry times of the future: give it a --data folder of its own." default:"1"`
	Retain     time.Duration `help:"How long ended executions and their history are kept at most." default:"2160h"`
	Samples    bool          `help:"Send the sample orders." default:"true" negatable:""`
	Isolate    bool          `help:"Run the functions as built programs behind a local Lambda Runtime API."`
	Project    string        `help:"Folder with template.yaml; default: the nearest one above the working folder." type:"path"`
	Fakes      string        `hidden:"" help:"Address of fake services that run elsewhere."`
}

func (c *upCmd) Run(s *session) error {
	if err := c.check(); err != nil {
		return err
	}
	console, err := s.free(c.Port, "the console")
	if err != nil {
		return err
	}
	endpoint, err := s.free(c.AWSPort, "the AWS endpoint", console)
	if err != nil {
		return err
	}
	log, closeLog, err := s.log()
	if err != nil {
		return err
	}
	defer closeLog()
	options := world.Options{
		Dir: s.data, Project: c.Project, HTTPAddr: local(console), AWSAddr: local(endpoint), PublicHost: c.PublicHost, Retain: c.Retain,
		ShipAfter: 3 * time.Second, Isolate: c.Isolate, FakesURL: c.Fakes, Log: log,
	}
	if c.Speed != 1 {
		options.Clock = clock.NewScaled(c.Speed)
	}
	if c.Isolate {
		fmt.Fprintln(s.out, "building the functions; the first time takes a minute or two")
	}
	w, err := world.Open(s.ctx, options)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Orderloom is up: console %s, AWS endpoint %s, data %s\n", w.Host.URL(), w.Host.AWSURL(), s.data)
	if w.Fakes != nil && c.Samples {
		go sendSamples(s.ctx, w, log)
	}
	s.progress(w)
	fmt.Fprintln(s.out, "\nstopping; what is under way goes on at the next start")
	return w.Close()
}

// check refuses what cannot be meant.
func (c *upCmd) check() error {
	if !(c.Speed > 0 && c.Speed <= 1e6) { // NaN is neither
		return fault.New(fault.Invalid, "--speed is a factor above 0, at most 1,000,000; not %v", c.Speed)
	}
	if c.Isolate && c.Speed != 1 {
		return fault.New(fault.Invalid, "built programs run on the wall clock: --isolate and --speed exclude each other")
	}
	for name, port := range map[string]int{"--port": c.Port, "--aws-port": c.AWSPort} {
		if port < 0 || port > 65535 {
			return fault.New(fault.Invalid, "%s is a port from 0 to 65535, where 0 takes any free one; not %d", name, port)
		}
	}
	if strings.ContainsAny(c.PublicHost, ":/ ") {
		return fault.New(fault.Invalid, "--public-host is a host name alone, e.g. orders.example.com; not %q", c.PublicHost)
	}
	return nil
}

func local(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

// maxPortsTried bounds the search for a free port.
const maxPortsTried = 100

// free returns the port, or the next one that nobody listens on, and says so.
// Port 0 stays: the system chooses.
func (s *session) free(port int, what string, taken ...int) (int, error) {
	if port == 0 {
		return 0, nil
	}
	for p := port; p < port+maxPortsTried && p < 65536; p++ {
		l, err := net.Listen("tcp", local(p))
		if err != nil && !errors.Is(err, syscall.EADDRINUSE) {
			return 0, fault.Wrap(err, fault.Unavailable, "listening on %s", local(p))
		}
		if err != nil || (len(taken) > 0 && taken[0] == p) {
			continue
		}
		if err := l.Close(); err != nil {
			return 0, err
		}
		if p != port {
			fmt.Fprintf(s.out, "port %d is taken; %s is on %d\n", port, what, p)
		}
		return p, nil
	}
	return 0, fault.New(fault.Unavailable, "ports %d to %d are taken", port, min(port+maxPortsTried-1, 65535)).Do("Name another one with --port or --aws-port")
}

const elsewhere = "Name a folder that this user may write to with --data"

// log writes to orderloom.log in the data folder, so that the progress line
// stays readable.
func (s *session) log() (*slog.Logger, func(), error) {
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return nil, nil, fault.Wrap(err, fault.Misconfigured, "creating the data folder").Do(elsewhere)
	}
	f, err := os.OpenFile(filepath.Join(s.data, "orderloom.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fault.Wrap(err, fault.Misconfigured, "opening the log").Do(elsewhere)
	}
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelInfo})), func() { _ = f.Close() }, nil
}

// sampleEvery is the pause between two sample orders.
const sampleEvery = 1500 * time.Millisecond

// sendSamples sends each sample order, unless it was sent in an earlier life.
func sendSamples(ctx context.Context, w *world.World, log *slog.Logger) {
	for _, sample := range world.Samples(time.Now()) {
		known, err := w.Known(ctx, sample)
		if err == nil && known {
			continue
		}
		if err := w.Place(ctx, sample); err != nil && ctx.Err() == nil {
			log.Warn("a sample order was not taken; the shop sends it again", "order", sample.Name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(sampleEvery):
		}
	}
}

// tally is what the console counts: orders by what they need.
type tally struct{ Received, InFlight, Shipped, Canceled, Attention int }

func (t tally) String() string {
	return fmt.Sprintf("orders: %d received, %d in flight, %d shipped, %d needing attention", t.Received, t.InFlight, t.Shipped, t.Attention)
}

const hints = `
Try next, in another terminal:
  go run ./shared/cmd/orderloom orders list
  go run ./shared/cmd/orderloom orders show '#2001'
  go run ./shared/cmd/orderloom exceptions list
  eval "$(go run ./shared/cmd/orderloom env)" && aws stepfunctions list-state-machines
  Ctrl-C stops; make reset clears the data.
`

// progress prints the counts until Ctrl-C: on a terminal one line that changes,
// elsewhere a line for each change.
func (s *session) progress(w *world.World) {
	live := false
	if f, ok := s.out.(*os.File); ok {
		live = isatty.IsTerminal(f.Fd())
	}
	fmt.Fprint(s.out, hints, "\n")
	api := &client{s: s, at: world.Endpoints{Console: w.Host.URL()}, http: httpClient()}
	last := ""
	for s.ctx.Err() == nil {
		var t tally
		if err := api.call("GET", "/api/stats", nil, nil, &t); err == nil && t.String() != last {
			last = t.String()
			printLine(s.out, last, live)
		}
		select {
		case <-s.ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func printLine(out io.Writer, line string, live bool) {
	if live {
		fmt.Fprintf(out, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(out, line)
}

func standing(state order.State, reason order.Reason) string {
	return string(state) + " / " + string(reason)
}
