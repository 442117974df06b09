package order_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/order"
)

func TestACopyOfADocumentIsWhatJSONMakesOfIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkCopy(t, order.Document.Clone) })
}

func TestACopyOfAStatusIsWhatJSONMakesOfIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkCopy(t, order.Status.Clone) })
}

// checkCopy draws all fields, so that one which is added is not forgotten.
func checkCopy[T any](t *rapid.T, clone func(T) T) {
	now := time.Now().UTC() // has a monotonic part
	v := rapid.MakeCustom[T](rapid.MakeConfig{
		Types: map[reflect.Type]*rapid.Generator[any]{
			reflect.TypeFor[time.Time](): rapid.Map(rapid.Int64Range(0, 1e18), func(d int64) any { return now.Add(time.Duration(d)) }),
		},
		Kinds: map[reflect.Kind]*rapid.Generator[any]{reflect.String: rapid.StringMatching(`[a-z]{0,3}`).AsAny()},
	}).Draw(t, "value")
	got := clone(v)
	if path := shared(reflect.ValueOf(got), reflect.ValueOf(v), "copy"); path != "" {
		t.Fatalf("%s is the original's", path)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var want T
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

// shared is the path of something that two values have in common and that can
// change, "" when there is none.
func shared(a, b reflect.Value, path string) string {
	switch a.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		if a.Kind() == reflect.Slice && a.Len() == 0 || a.IsNil() || b.IsNil() {
			return ""
		}
		if a.Pointer() == b.Pointer() {
			return path
		}
	}
	switch a.Kind() {
	case reflect.Pointer:
		return shared(a.Elem(), b.Elem(), path)
	case reflect.Slice:
		for i := range a.Len() {
			if found := shared(a.Index(i), b.Index(i), path+"[]"); found != "" {
				return found
			}
		}
	case reflect.Struct:
		if a.Type() == reflect.TypeFor[time.Time]() {
			return ""
		}
		for i := range a.NumField() {
			if found := shared(a.Field(i), b.Field(i), path+"."+a.Type().Field(i).Name); found != "" {
				return found
			}
		}
	}
	return ""
}
