package world

import (
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
// are deployed, with the environment of the templates.
func isolate(project string, o Options) func(template.Template, string) (host.Invoker, error) {
	return func(t template.Template, endpoint string) (host.Invoker, error) {
		output, err := os.OpenFile(filepath.Join(o.Dir, "functions.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "opening the functions' log")
		}
		environments := map[string]map[string]string{} // by name
		for _, f := range t.Functions {
			environments[f.Name] = environment(f, endpoint)
		}
		builder := &runtimeapi.Builder{Project: project, Cache: filepath.Join(o.Dir, "isolated")}
		return runtimeapi.New(runtimeapi.Options{
			Stack: host.Stack, Functions: functions.All(), Bootstrap: builder.Build, Endpoint: endpoint, Output: output, Log: o.Log,
			Environment: func(f fn.Function) map[string]string { return environments[fn.PhysicalName(host.Stack, f.ID)] },
		}), nil
	}
}
