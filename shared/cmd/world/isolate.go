package world

import (
	"context"
	"os"
	"path/filepath"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/host"
	"github.com/orderloom/orderloom/shared/local/runtimeapi"
	"github.com/orderloom/orderloom/shared/local/template"
)

// isolate makes what runs the functions as programs of their own, built as they
// are deployed, with the environment of the templates. All are built before the
// first is invoked: no caller waits as long as a compiler takes.
func isolate(ctx context.Context, project string, o Options) func(template.Template, string) (host.Invoker, error) {
	return func(t template.Template, endpoint string) (host.Invoker, error) {
		builder := &runtimeapi.Builder{Project: project, Cache: filepath.Join(o.Dir, "isolated")}
		if err := builder.BuildAll(ctx, functions.All()); err != nil {
			return nil, err
		}
		output, err := os.OpenFile(filepath.Join(o.Dir, "functions.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "opening the functions' log")
		}
		environments := map[string]map[string]string{} // by name
		for _, f := range t.Functions {
			environments[f.Name] = environment(f, endpoint)
		}
		return programs{output: output, Runtime: runtimeapi.New(runtimeapi.Options{
			Stack: host.Stack, Functions: functions.All(), Bootstrap: builder.Build, Endpoint: endpoint, Output: output, Log: o.Log,
			Environment: func(f fn.Function) map[string]string { return environments[fn.PhysicalName(host.Stack, f.ID)] },
		})}, nil
	}
}

// programs are the running functions and the file that they print to.
type programs struct {
	*runtimeapi.Runtime
	output *os.File
}

// Close implements host.Invoker.
func (p programs) Close() error {
	err := p.Runtime.Close()
	if closeErr := p.output.Close(); err == nil {
		err = closeErr
	}
	return err
}
