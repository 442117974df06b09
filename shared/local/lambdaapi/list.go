package lambdaapi

import (
	"net/http"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/lambda"
)

// configuration describes a function as ListFunctions does.
type configuration struct {
	FunctionName string
	FunctionArn  string
	Description  string
	Runtime      string
	Handler      string
	Version      string
	PackageType  string
	Timeout      int
	MemorySize   int
}

func (h *Handler) list(w http.ResponseWriter) {
	all := []configuration{}
	for _, f := range h.functions.Functions() {
		name := fn.PhysicalName(h.functions.Stack(), f.ID)
		all = append(all, configuration{
			FunctionName: name, FunctionArn: lambda.ARN(name), Description: f.Summary, Runtime: "provided.al2023", Handler: "bootstrap",
			Version: "$LATEST", PackageType: "Zip", Timeout: int(lambda.TimeoutOf(f).Seconds()), MemorySize: lambda.MemoryOf(f),
		})
	}
	write(w, http.StatusOK, "", map[string]any{"Functions": all})
}
