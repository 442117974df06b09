package world

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/orderloom/orderloom/shared/fault"
)

// Example reads the example event of a function from its folder.
func Example(project, id string) ([]byte, error) {
	root, err := findProject(project)
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{"functions", "functions/providers"} {
		data, err := os.ReadFile(filepath.Join(root, folder, filepath.FromSlash(filepath.Clean("/"+id)), "event.json"))
		if err == nil {
			return data, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fault.Wrap(err, fault.Internal, "reading the example of %s", id)
		}
	}
	return nil, fault.New(fault.NotFound, "there is no function %q", id).Do("Function ids are the folders below functions/, e.g. orders/record")
}
