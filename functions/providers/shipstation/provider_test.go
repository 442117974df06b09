package shipstation

import (
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/inbox"
)

// The catalog entry hangs together: every function that a handler names is
// the provider's own, every secret it names is a secret parameter.
func TestProvider(t *testing.T) {
	t.Parallel()
	functions, secret := map[string]bool{}, map[string]bool{}
	for _, f := range Provider.Functions {
		functions[f.ID] = true
		if !strings.HasPrefix(f.ID, Provider.ID+"/") || f.Summary == "" || f.Example == nil || f.Timeout == 0 || f.New == nil {
			t.Errorf("function %q is not declared completely", f.ID)
		}
	}
	for _, p := range Provider.Parameters {
		secret[p.Name] = p.Secret
	}
	for _, h := range Provider.Handlers {
		if h.Verification.Scheme != inbox.SecretPath || h.TopicField != "resource_type" || h.EventIDField != "resource_url" {
			t.Errorf("handler of %s: %+v", h.Topic, h)
		}
		for _, name := range h.Verification.Secrets {
			if !secret[name] {
				t.Errorf("handler of %s is verified with %q, which is no secret parameter", h.Topic, name)
			}
		}
		if h.Ignore {
			continue
		}
		if !functions[h.Fetch] || !functions[h.Transformation] {
			t.Errorf("handler of %s names functions that are not there: %q, %q", h.Topic, h.Fetch, h.Transformation)
		}
	}
}
