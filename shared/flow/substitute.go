package flow

import (
	"regexp"

	"github.com/orderloom/orderloom/shared/fault"
)

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9_:]+)\}`)

// Substitute puts names in the place of a definition's placeholders "${…}", as
// a deployment does with DefinitionSubstitutions. A placeholder without a name
// is a fault that names it.
func Substitute(definition []byte, names func(placeholder string) (string, bool)) ([]byte, error) {
	var missing string
	out := placeholder.ReplaceAllFunc(definition, func(m []byte) []byte {
		name := string(m[2 : len(m)-1])
		value, ok := names(name)
		if !ok && missing == "" {
			missing = name
		}
		return []byte(value)
	})
	if missing != "" {
		return nil, fault.New(fault.Misconfigured, "the definition names ${%s}, which nothing stands for", missing).Do("Add it to the machine's DefinitionSubstitutions")
	}
	return out, nil
}
