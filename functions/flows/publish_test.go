package flows

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
	"github.com/orderloom/orderloom/shared/table"
)

// press is a Step Functions that publishes: version n of whatever it gets.
type press struct {
	fn.States
	published []string // machine names
	machine   []byte   // the last definition
	before    func() error
	routed    []string // machine and shares
	noRoute   error
}

func (p *press) Route(_ context.Context, machine string, shares []fn.Share) error {
	if p.noRoute == nil {
		p.routed = append(p.routed, fmt.Sprint(machine, shares))
	}
	return p.noRoute
}

func (p *press) Publish(_ context.Context, name string, definition []byte) (string, error) {
	if p.before != nil {
		if err := p.before(); err != nil {
			return "", err
		}
	}
	p.published, p.machine = append(p.published, name), definition
	return fmt.Sprintf("arn:%s:%d", name, len(p.published)), nil
}

func (p *press) PublishExpress(ctx context.Context, name string, definition []byte) (string, error) {
	return p.Publish(ctx, name, definition)
}

// answered is what the caller of the route gets.
type answered struct {
	status int
	Published
	Error struct {
		fault.Error
		Data []jsondoc.Problem `json:"data"`
	} `json:"error"`
}

// beside are the other flows that orders of a drawing may enter as well.
func beside() []string {
	return []string{"lab", "order-to-fulfillment", "wholesale", "preorder-and-backorder", "marketplace-split", "first", "second", "left"}
}

// drawing is a flow with the entry filters and further steps.
func drawing(id string, filters string, steps string) json.RawMessage {
	return json.RawMessage(`{"format":"1.0","id":"` + id + `","title":"Mine","type":"order","entry":{"event":"OrderReceived","filter":[` + filters + `],"alongside":["` + strings.Join(beside(), `","`) + `"]},
 "start":"check","steps":[{"id":"check","name":"Check","type":"validate-header","policies":["order-header@1"],"next":"done"},{"id":"done","name":"Done","type":"end"}` + steps + `]}`)
}

// filter is a policy for orders of a channel.
func filter(id string, version int, channel string) json.RawMessage {
	return fmt.Appendf(nil, `{"id":%q,"version":%d,"title":"T","kind":"filter","entity":"order",
 "rules":[{"name":"r","when":{"field":"order.channel","operator":"equals","value":%q}}]}`, id, version, channel)
}

type publishing struct {
	world
	press *press
}

func newPublishing(t *testing.T) publishing {
	t.Helper()
	w := publishing{newWorld(t), &press{}}
	w.deps.States = w.press
	return w
}

func (w publishing) post(t *testing.T, id string, in Publication) answered {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return w.postText(t, id, string(body))
}

func (w publishing) postText(t *testing.T, id, body string) answered {
	t.Helper()
	in, err := json.Marshal(fn.ExampleRequest("POST", "/api/flows/"+id+"/publish", map[string]string{"id": id}, body))
	if err != nil {
		t.Fatal(err)
	}
	out, err := Publish.New(w.deps)(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &res); err != nil {
		t.Fatal(err)
	}
	text, err := base64.StdEncoding.DecodeString(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := answered{status: res.StatusCode}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return got
}

// live is the flow as orders enter it, nil when they do not.
func (w publishing) live(t *testing.T, id string) *registry.Live {
	t.Helper()
	all, err := w.flows.Live(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if l.ID == id {
			return &l
		}
	}
	return nil
}

func (w publishing) hasPolicy(ref string) bool {
	_, err := w.flows.Policies(ctx, []string{ref})
	return err == nil
}

// untouched checks that nothing was published: no machine, no flow, no policy.
func (w publishing) untouched(t *testing.T) {
	t.Helper()
	changes, err := w.table.Changes(ctx, 0, table.MaxPage)
	if err != nil || len(changes) != 0 || len(w.press.published) != 0 {
		t.Errorf("%d changes, machines %v, %v", len(changes), w.press.published, err)
	}
}

func TestAFlowIsPublishedWithItsPolicies(t *testing.T) {
	w := newPublishing(t)
	doc := drawing("mine", `"mine-channel@1","not-lab@1"`, "")
	got := w.post(t, "mine", Publication{Flow: doc, Policies: []json.RawMessage{filter("mine-channel", 1, "web")}})
	want := Published{Flow: "mine", Number: 1, Machine: "flow-mine", Version: "arn:flow-mine:1"}
	if got.status != 200 || !cmp.Equal(got.Published, want) {
		t.Fatalf("%+v", got)
	}
	wantLive := &registry.Live{ID: "mine", Title: "Mine", Event: "OrderReceived", Filters: []string{"mine-channel@1", "not-lab@1"}, Alongside: beside(), Machine: "flow-mine", Version: want.Version,
		Number: 1, Last: 1, Edition: 1}
	if diff := cmp.Diff(wantLive, w.live(t, "mine")); diff != "" {
		t.Error(diff)
	}
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	policies, err := w.flows.Policies(ctx, []string{"mine-channel@1", "not-lab@1", "order-header@1"})
	if err != nil {
		t.Fatal(err)
	}
	result, problems := compile.Compile(doc, catalog, policies)
	if problems != nil || string(result.Machine) != string(w.press.machine) {
		t.Errorf("the machine is not the compiled one: %v\n%s", problems, w.press.machine)
	}
}

func TestPublishingAgainMakesTheNewVersionLive(t *testing.T) {
	w := newPublishing(t)
	first := Publication{Flow: drawing("mine", `"mine-channel@1"`, ""), Policies: []json.RawMessage{filter("mine-channel", 1, "web")}}
	for range 2 { // the same again, with the policy that is published by then
		if got := w.post(t, "mine", first); got.status != 200 {
			t.Fatalf("%+v", got)
		}
	}
	// What is published need not be given again.
	if got := w.post(t, "mine", Publication{Flow: drawing("mine", `"mine-channel@1","not-lab@1"`, "")}); got.status != 200 || got.Version != "arn:flow-mine:3" {
		t.Fatalf("%+v", got)
	}
	if l := w.live(t, "mine"); l.Version != "arn:flow-mine:3" || len(l.Filters) != 2 {
		t.Errorf("%+v", l)
	}
}

func TestAllProblemsOfADrawingAreInTheAnswer(t *testing.T) {
	w := newPublishing(t)
	got := w.post(t, "mine", Publication{Flow: drawing("mine", `"nobody@7"`, `,{"id":"lost","name":"Lost","type":"end"},{"id":"odd","name":"Odd","type":"dance"}`),
		Policies: []json.RawMessage{filter("mine-channel", 1, "web")}})
	if got.status != 422 || got.Error.Code != Invalid || got.Error.Record != "mine" || got.Error.Hint == "" {
		t.Fatalf("%+v", got)
	}
	var codes []string
	for _, p := range got.Error.Data {
		codes = append(codes, p.Code+" "+p.Step)
		if p.Line < 1 || p.Column < 1 || p.Message == "" || !strings.Contains(got.Error.Message, p.Message) {
			t.Errorf("%+v", p)
		}
	}
	for _, want := range []string{compile.UnpublishedPolicy + " ", compile.UnreachableStep + " lost", flow.UnknownType + " odd"} {
		if !slices.Contains(codes, want) {
			t.Errorf("%q is not among %q", want, codes)
		}
	}
	w.untouched(t)
}

func TestProblemsOfAPolicyAreInTheAnswer(t *testing.T) {
	w := newPublishing(t)
	bad := json.RawMessage(strings.NewReplacer(`"order.channel"`, `"order.color"`, `"title":"T"`, `"titel":"T"`).Replace(string(filter("mine-channel", 1, "web"))))
	worse := json.RawMessage(`{"id":"worse"}`)
	got := w.post(t, "mine", Publication{Flow: drawing("mine", `"mine-channel@1"`, `,{"id":"odd","name":"Odd","type":"dance"}`), Policies: []json.RawMessage{filter("other", 1, "x"), bad, worse}})
	of := map[string]int{}
	for _, p := range got.Error.Data {
		of[p.Of]++
	}
	if got.status != 422 || got.Error.Code != Invalid || got.Error.Record != "mine" || of["policy mine-channel"] != 3 || of["policy worse"] == 0 || of["flow"] != 1 || len(of) != 3 {
		t.Errorf("problems %v of %+v", of, got)
	}
	w.untouched(t)
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	valid := drawing("mine", ``, "")
	for says, c := range map[string]struct {
		id, body string
		status   int
		code     string
		message  string
	}{
		"a flow of the repository":   {"lab", `{"flow":` + string(drawing("lab", ``, "")) + `}`, 409, fault.Conflict, "owned by the repository"},
		"another flow than the path": {"yours", `{"flow":` + string(valid) + `}`, 400, fault.Invalid, `of flow "mine"`},
		"no JSON":                    {"mine", `{"flow":`, 400, fault.Invalid, "not valid"},
		"something behind it":        {"mine", `{"flow":{}} {}`, 400, fault.Invalid, "after"},
		"no flow":                    {"mine", `{}`, 422, Invalid, jsondoc.InvalidJSON},
		"a flow that is no object":   {"mine", `{"flow":[1]}`, 422, Invalid, jsondoc.InvalidJSON},
		"a flow without a name":      {"mine", `{"flow":{}}`, 400, fault.Invalid, `of flow ""`},
		"policies that are no list":  {"mine", `{"flow":{},"policies":7}`, 400, fault.Invalid, "type"},
		"a policy version of the repository with other content": {"mine", `{"flow":` + string(valid) + `,"policies":[` + string(filter("new", 1, "x")) + `,` +
			string(filter("not-lab", 1, "x")) + `]}`, 409, fault.Conflict, "not-lab@1"},
	} {
		t.Run(says, func(t *testing.T) {
			w := newPublishing(t)
			got := w.postText(t, c.id, c.body)
			if got.status != c.status || got.Error.Code != c.code || !strings.Contains(got.Error.Message, c.message) {
				t.Errorf("%+v", got)
			}
			w.untouched(t)
		})
	}
}

// The flow becomes live last: whoever starts it finds its machine, and the
// machine its policies.
func TestNothingIsLiveBeforeAllOfItIsThere(t *testing.T) {
	w := newPublishing(t)
	in := Publication{Flow: drawing("mine", `"mine-channel@1"`, ""), Policies: []json.RawMessage{filter("mine-channel", 1, "web")}}
	w.press.before = func() error {
		if !w.hasPolicy("mine-channel@1") || w.live(t, "mine") != nil {
			t.Errorf("at the machine's turn: policy %v, live %v", w.hasPolicy("mine-channel@1"), w.live(t, "mine"))
		}
		return fault.New(fault.Unavailable, "throttled")
	}
	if got := w.post(t, "mine", in); got.status != 503 || got.Error.Code != fault.Unavailable {
		t.Errorf("%+v", got)
	}
	if l := w.live(t, "mine"); l != nil {
		t.Errorf("live without a machine: %+v", l)
	}
	w.press.before = nil
	if got := w.post(t, "mine", in); got.status != 200 || w.live(t, "mine") == nil {
		t.Errorf("tried again: %+v", got)
	}
}

func TestAMachineThatCannotBePublishedLeavesTheOldOneLive(t *testing.T) {
	w := newPublishing(t)
	if got := w.post(t, "mine", Publication{Flow: drawing("mine", ``, "")}); got.status != 200 {
		t.Fatalf("%+v", got)
	}
	before := w.live(t, "mine")
	w.press.before = func() error { return errors.New("the role is secret") }
	got := w.post(t, "mine", Publication{Flow: drawing("mine", `"not-lab@1"`, "")})
	if got.status != 500 || strings.Contains(got.Error.Message, "secret") {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(before, w.live(t, "mine")); diff != "" {
		t.Error(diff)
	}
}

// unreadable is a table that cannot be read.
type unreadable struct{ table.Table }

func (unreadable) Get(context.Context, table.Key) (table.Item, error) {
	return nil, fault.New(fault.Unavailable, "no table")
}

func TestATableThatCannotBeReadIsNotAPolicyThatIsMissing(t *testing.T) {
	w := newPublishing(t)
	w.deps.Table = unreadable{w.table}
	if got := w.post(t, "mine", Publication{Flow: drawing("mine", `"mine-channel@1"`, "")}); got.status != 503 {
		t.Errorf("%+v", got)
	}
	w.untouched(t)
}

// Two live flows that take the same orders are refused with an example, unless
// one of them says that it may be; where it cannot be told there is a note.
func TestAFlowIsComparedWithThoseThatAreLive(t *testing.T) {
	w := newPublishing(t)
	alone := func(filters string) json.RawMessage {
		var doc map[string]any
		if err := json.Unmarshal(drawing("mine", filters, ""), &doc); err != nil {
			t.Fatal(err)
		}
		delete(doc["entry"].(map[string]any), "alongside")
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	got := w.post(t, "mine", Publication{Flow: alone(`"lab-channel@1"`)})
	if got.status != 422 || len(got.Error.Data) != 1 || got.Error.Data[0].Code != "OVERLAPPING_ENTRY" || !strings.Contains(got.Error.Data[0].Message, `an order with Channel lab enters this flow and "lab"`) {
		t.Errorf("%+v", got)
	}
	w.untouched(t)
	digital := json.RawMessage(`{"id":"digital","version":1,"title":"D","kind":"filter","entity":"order","rules":[{"name":"r","when":{"all":[{"field":"order.channel","operator":"equals","value":"lab"},
		{"relation":"order.lines","has":"all","where":{"field":"line.kind","operator":"equals","value":"digital"}}]}}]}`)
	got = w.post(t, "mine", Publication{Flow: alone(`"digital@1"`), Policies: []json.RawMessage{digital}})
	if got.status != 200 || len(got.Notes) != 1 || got.Notes[0].Code != "ENTRY_MAY_OVERLAP" || w.live(t, "mine") == nil {
		t.Errorf("%+v", got)
	}
}
