package world

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/local/host"
	"github.com/orderloom/orderloom/shared/local/template"
)

// environment is what a function's program has around it on this machine, beside
// the credentials and the region that whoever runs it makes up. SAM CLI passes on
// only variables that the template declares.
func environment(f template.Function, endpoint string) map[string]string {
	env := maps.Clone(f.Environment)
	env[awsenv.BucketName], env[awsenv.Endpoint] = host.Bucket, endpoint
	return env
}

// saveSAMEnv writes the file that `sam local invoke --env-vars` reads, so that
// functions in SAM's containers meet the records of this Orderloom.
func (w *World) saveSAMEnv() error {
	all := map[string]map[string]string{}
	for _, f := range w.Host.Template().Functions {
		all[f.LogicalID] = environment(f, w.Host.AWSURL())
	}
	data, err := json.MarshalIndent(all, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(w.opts.Dir, "sam-env.json"), append(data, '\n'), 0o600)
	}
	if err != nil {
		return fault.Wrap(err, fault.Internal, "writing sam-env.json")
	}
	return nil
}
