package secrets_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/local/secrets"
)

func open(t *testing.T, path string) *secrets.File {
	t.Helper()
	f, err := secrets.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSecretsSurviveReopeningAndAreTheOwnersOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets.json")
	if err := open(t, path).Set("shop/token", "s3cret"); err != nil {
		t.Fatal(err)
	}
	if v, err := open(t, path).Get(t.Context(), "shop/token"); v != "s3cret" || err != nil {
		t.Errorf("Get = %q, %v", v, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".secrets-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestEnsureKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	f := open(t, filepath.Join(t.TempDir(), "secrets.json"))
	for _, v := range []string{"first", "second"} {
		if err := f.Ensure("ref", func() string { return v }); err != nil {
			t.Fatal(err)
		}
	}
	if v, _ := f.Get(t.Context(), "ref"); v != "first" {
		t.Errorf("value %q", v)
	}
}

func TestUnknownReferenceIsNamed(t *testing.T) {
	t.Parallel()
	_, err := open(t, filepath.Join(t.TempDir(), "secrets.json")).Get(t.Context(), "shop/token")
	if !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "shop/token") {
		t.Errorf("got %v", err)
	}
}

func TestFilesThatMustNotBeUsed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"readable by others": {`{"a":"s3cret"}`, 0o644},
		"not JSON":           {`s3cret`, 0o600},
		"no texts":           {`{"a":{"s3cret":1}}`, 0o600},
	} {
		path := filepath.Join(t.TempDir(), "secrets.json")
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := secrets.Open(path)
		if !fault.Is(err, fault.Misconfigured) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASecretThatCannotBeSavedIsNotKept(t *testing.T) {
	t.Parallel()
	f := open(t, filepath.Join(t.TempDir(), "no such folder", "secrets.json"))
	err := f.Set("ref", "s3cret")
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("Set: %v", err)
	}
	if _, err := f.Get(t.Context(), "ref"); !fault.Is(err, fault.NotFound) {
		t.Errorf("Get: %v", err)
	}
}
