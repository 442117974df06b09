// Command orderloom runs Orderloom on one machine and talks to it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/orderloom/orderloom/shared/cmd/world"
)

// cli is the command line. Each command is a struct with a Run method in a file
// of its own.
type cli struct {
	Data string `help:"Folder of the local Orderloom's data." default:".orderloom" env:"ORDERLOOM_DATA" type:"path"`
	JSON bool   `help:"Print JSON instead of text (lists and shows)."`

	Up         upCmd         `cmd:"" help:"Start Orderloom on this machine and send sample orders; stays up until Ctrl-C."`
	Demo       demoCmd       `cmd:"" help:"Send the sample orders through the whole flow in virtual time, print what became of each, and exit."`
	Send       sendCmd       `cmd:"" help:"Sign a document as its sender does and post it to the running Orderloom."`
	Orders     ordersCmd     `cmd:"" help:"List orders, show one with its path and reasons, export them; correct, cancel, release, approve or reject one."`
	Entities   entitiesCmd   `cmd:"" help:"List the entities that documents declare and their records; show one, answer what its flow asks."`
	Exceptions exceptionsCmd `cmd:"" help:"List what waits for a person, and answer it."`
	Messages   messagesCmd   `cmd:"" help:"List inbound messages in error, and replay them."`
	Events     eventsCmd     `cmd:"" help:"List the business events, and show one with its schema."`
	Stock      stockCmd      `cmd:"" help:"Show stock, or post a receipt."`
	Flow       flowCmd       `cmd:"" help:"Compile a flow document and explain, price or draw it; compare two; try one against orders; publish one; export and import bundles; pause, resume, stop flows or go back."`
	Refs       refsCmd       `cmd:"" help:"Tell who uses a policy, event, provider instance, mapping or action."`
	Policy     policyCmd     `cmd:"" help:"Run the tests of policies; say how two versions of one differ; publish one, or go back."`
	Invoke     invokeCmd     `cmd:"" help:"Invoke one function with an event, as the running Orderloom or on a fresh one."`
	Fake       fakeCmd       `cmd:"" help:"Steer the fake services of the running Orderloom."`
	Env        envCmd        `cmd:"" help:"Print the environment that points the AWS CLI and SDKs at the running Orderloom; compare two Orderlooms, carry flows between them."`
	Reset      resetCmd      `cmd:"" help:"Delete the local data."`
}

// session is what every command gets.
type session struct {
	ctx  context.Context
	out  io.Writer
	err  io.Writer
	data string
	json bool
}

func main() {
	debug.SetGCPercent(world.GCPercent)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process around it. The exit code is 0 for success, 1
// for a failure and 2 for a command line that is not understood.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	var c cli
	exited := false
	parser, err := kong.New(&c, kong.Name("orderloom"), kong.Description("Order management: shops' orders, checked, sourced, shipped and reported back."),
		kong.Writers(stdout, stderr), kong.Exit(func(n int) { exited, code = true, n }))
	if err != nil {
		fmt.Fprintln(stderr, "orderloom:", err)
		return 2
	}
	k, err := parser.Parse(args)
	if exited { // --help
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "orderloom: %v\nSee orderloom --help, or orderloom COMMAND --help\n", err)
		return 2
	}
	switch err := k.Run(&session{ctx: ctx, out: stdout, err: stderr, data: c.Data, json: c.JSON}); {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "orderloom: interrupted")
	default:
		fmt.Fprintln(stderr, "orderloom:", err)
	}
	return 1
}
