package flows

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table/memory"
)

// environment is an Orderloom with the demo's instances and nothing published.
type environment struct {
	deps fn.Deps
	made *printer
}

// printer is a Step Functions that publishes.
type printer struct {
	fn.States
	names []string
	err   error
}

func (p *printer) Publish(_ context.Context, name string, _ []byte) (string, error) {
	if p.err != nil {
		return "", p.err
	}
	p.names = append(p.names, name)
	return fmt.Sprintf("arn:%s:%d", name, len(p.names)), nil
}

func (p *printer) Route(context.Context, string, []fn.Share) error { return nil }

func newEnvironment(t *testing.T) environment {
	t.Helper()
	clk := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	e := environment{made: &printer{}}
	e.deps = fn.Deps{Table: memory.Open(clk, nil), States: e.made, Clock: clk, Log: slog.New(slog.DiscardHandler)}
	for _, in := range []provider.Instance{
		{ID: "warehouse", Provider: "shipstation", Active: true, Secrets: map[string]string{"apiKey": "ref"}},
		{ID: "shop", Provider: "shopify", Channel: "web", MappingGroup: "eu", Active: true},
	} {
		if err := provider.Save(t.Context(), e.deps.Table, in); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// call invokes a function of the API; out is what it answers with 200.
func (e environment) call(t *testing.T, f fn.Function, method, path string, query map[string]string, body, out any) (status int, failed importFailure) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	params := map[string]string{}
	if rest, ok := strings.CutPrefix(path, "/api/references/"); ok {
		params["kind"], params["id"], _ = strings.Cut(rest, "/")
	}
	req := fn.ExampleRequest(method, path, params, string(text))
	req.QueryStringParameters = query
	in, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := f.New(e.deps)(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(answer, &res); err != nil {
		t.Fatal(err)
	}
	data, err := base64.StdEncoding.DecodeString(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	to := out
	if res.StatusCode != 200 {
		to = &failed
	}
	if err := json.Unmarshal(data, to); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return res.StatusCode, failed
}

type importFailure struct {
	Error struct {
		Code    string            `json:"code"`
		Message string            `json:"message"`
		Data    []jsondoc.Problem `json:"data"`
	} `json:"error"`
}

// lab is the bundle of the repository's flow "lab", under another id and for
// orders of a channel of its own, which may enter the other flows as well.
func (e environment) lab(t *testing.T, id, channelPolicy string) json.RawMessage {
	t.Helper()
	var b json.RawMessage
	if status, failed := e.call(t, Library, "GET", "/api/bundle", map[string]string{"flows": "lab"}, nil, &b); status != 200 {
		t.Fatal(failed)
	}
	others := slices.DeleteFunc(e.live(t), func(other string) bool { return other == "lab" || other == "mine" })
	alongside := `"alongside":["` + strings.Join(others, `","`) + `"],`
	return json.RawMessage(strings.NewReplacer(`"id":"lab"`, `"id":"`+id+`"`, `"id": "lab"`, `"id":"`+id+`"`, "lab-channel", channelPolicy, `"value":"lab"`, `"value":"`+id+`"`,
		`"event":"OrderReceived",`, `"event":"OrderReceived",`+alongside, `"event": "OrderReceived",`, `"event": "OrderReceived",`+alongside).Replace(string(b)))
}

func (e environment) take(t *testing.T, in Importing) (Imported, int, importFailure) {
	t.Helper()
	var out Imported
	status, failed := e.call(t, Import, "POST", "/api/bundle", nil, in, &out)
	return out, status, failed
}

func (e environment) live(t *testing.T) []string {
	t.Helper()
	ids, err := e.library().Flows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func (e environment) library() shelf {
	p, _ := placeOf(e.deps)
	return p.Library.(shelf)
}

func TestABundleIsImportedWhole(t *testing.T) {
	t.Parallel()
	e := newEnvironment(t)
	before := len(e.live(t))
	in := Importing{Bundle: e.lab(t, "mine", "mine-channel"), DryRun: true}
	dry, status, failed := e.take(t, in)
	if status != 200 || dry.Done || len(e.made.names) > 0 || len(e.live(t)) != before {
		t.Fatalf("the dry run: %d %+v, %+v", status, failed, dry)
	}
	in.DryRun = false
	out, status, failed := e.take(t, in)
	if status != 200 || !out.Done || len(e.live(t)) != before+1 {
		t.Fatalf("%d %+v %+v", status, failed, out)
	}
	if diff := cmp.Diff(dry.Changes, out.Changes); diff != "" {
		t.Errorf("the dry run said something else: %s", diff)
	}
	if diff := cmp.Diff([]string{"flow-mine"}, e.made.names); diff != "" {
		t.Error(diff)
	}
	if all, err := e.library().Versions(t.Context(), "mine-channel"); err != nil || len(all) != 1 {
		t.Errorf("%v %v", all, err)
	}
}

func TestNothingIsImportedWhenSomethingIsInTheWay(t *testing.T) {
	t.Parallel()
	e := newEnvironment(t)
	before := len(e.live(t))
	text := strings.NewReplacer(bundle.StatesHash(), "sha256:other", `"instance": "warehouse"`, `"instance": "warehouse", "shade": 1`, `"lab-line@1"`, `"nobody@1"`).Replace(string(e.lab(t, "mine", "mine-channel")))
	_, status, failed := e.take(t, Importing{Bundle: json.RawMessage(text)})
	if status != 422 || failed.Error.Code != Invalid || len(failed.Error.Data) == 0 {
		t.Fatalf("%d %+v", status, failed)
	}
	text = strings.ReplaceAll(text, `, "shade": 1`, "")
	_, status, failed = e.take(t, Importing{Bundle: json.RawMessage(text)})
	codes := map[string]bool{}
	for _, p := range failed.Error.Data {
		codes[p.Code] = true
	}
	if status != 422 || !codes[bundle.StatesDiffer] || !codes["UNPUBLISHED_POLICY"] {
		t.Errorf("%d %+v", status, failed)
	}
	text = strings.Replace(string(e.lab(t, "mine", "mine-channel")), `"value":"mine"`, `"value":"lab"`, 1)
	_, status, failed = e.take(t, Importing{Bundle: json.RawMessage(text)})
	if status != 422 || len(failed.Error.Data) != 1 || failed.Error.Data[0].Code != "OVERLAPPING_ENTRY" || failed.Error.Data[0].Of != "flow mine" {
		t.Errorf("orders enter another flow, too: %d %+v", status, failed)
	}
	e.made.err = fault.New(fault.Unavailable, "throttled")
	if _, status, _ := e.take(t, Importing{Bundle: e.lab(t, "mine", "mine-channel")}); status != 503 {
		t.Errorf("without Step Functions: %d", status)
	}
	if len(e.live(t)) != before {
		t.Errorf("%v are live", e.live(t))
	}
}

// Entries of a mapping that were added are taken back with the rest.
func TestMappingsComeWithTheFlowOrNotAtAll(t *testing.T) {
	t.Parallel()
	from := newEnvironment(t)
	if err := provider.SaveMapping(t.Context(), from.deps.Table, "eu", "carrier", map[string]string{"ups": "UPS", "dhl": "DHL"}); err != nil {
		t.Fatal(err)
	}
	in := Importing{Bundle: from.lab(t, "mine", "mine-channel")}
	to := newEnvironment(t)
	if err := provider.SaveMapping(t.Context(), to.deps.Table, "eu", "carrier", map[string]string{"ups": "UPS"}); err != nil {
		t.Fatal(err)
	}
	entries := func() map[string]string {
		all, _, err := provider.Entries(t.Context(), to.deps.Table, "eu", "carrier", 10)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	to.made.err = fault.New(fault.Unavailable, "throttled")
	if _, status, _ := to.take(t, in); status != 503 || len(entries()) != 1 {
		t.Errorf("%d, %v", status, entries())
	}
	to.made.err = nil
	if _, status, failed := to.take(t, in); status != 200 || len(entries()) != 2 {
		t.Errorf("%d %+v, %v", status, failed, entries())
	}
}

func TestTakenPolicyVersionsAreNamedAndRenumbered(t *testing.T) {
	t.Parallel()
	e := newEnvironment(t)
	if _, status, failed := e.take(t, Importing{Bundle: e.lab(t, "mine", "mine-channel")}); status != 200 {
		t.Fatal(failed)
	}
	other := e.lab(t, "yours", "mine-channel") // for orders of another channel
	_, status, failed := e.take(t, Importing{Bundle: other})
	if status != 422 || len(failed.Error.Data) != 1 || failed.Error.Data[0].Code != bundle.PolicyConflict || !strings.Contains(failed.Error.Message, "mine-channel@1") || !strings.Contains(failed.Error.Message, "--renumber") {
		t.Fatalf("%d %+v", status, failed)
	}
	for range 2 { // the second time it is there
		out, status, failed := e.take(t, Importing{Bundle: other, Renumber: true})
		if diff := cmp.Diff(map[string]string{"mine-channel@1": "mine-channel@2"}, out.Renumbered); diff != "" || status != 200 {
			t.Fatalf("%d %+v %s", status, failed, diff)
		}
	}
	all, err := e.library().Versions(t.Context(), "mine-channel")
	if err != nil || len(all) != 2 {
		t.Errorf("%v %v", all, err)
	}
}

func TestRequestsThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	e := newEnvironment(t)
	for body, want := range map[string]int{`{}`: 400, `{"bundle":7}`: 422, `{"bundle":{"format":"9.0"}}`: 422, `[]`: 400, `{"bundle":{"format":"1.0","flows":[{}],"states":"x"}}`: 422} {
		if status, failed := e.call(t, Import, "POST", "/api/bundle", nil, json.RawMessage(body), nil); status != want {
			t.Errorf("%s: %d %+v", body, status, failed)
		}
	}
	if status, _ := e.call(t, Library, "GET", "/api/bundle", map[string]string{"flows": "nobody"}, nil, nil); status != 404 {
		t.Errorf("a flow that is not live: %d", status)
	}
	if status, _ := e.call(t, Library, "GET", "/api/references/color/blue", nil, nil, nil); status != 400 {
		t.Errorf("a kind that is none: %d", status)
	}
}

func TestWhoUsesAPolicyIsTold(t *testing.T) {
	t.Parallel()
	var out struct {
		Uses []struct{ By, ID, Where string }
	}
	if status, failed := newEnvironment(t).call(t, Library, "GET", "/api/references/policy/lab-channel", nil, nil, &out); status != 200 || len(out.Uses) != 1 || out.Uses[0].ID != "lab" || out.Uses[0].Where != "entry" {
		t.Errorf("%d %+v %+v", status, failed, out)
	}
}
