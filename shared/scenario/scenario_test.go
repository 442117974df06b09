package scenario_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/scenario"
)

func TestAScenarioIsTitleStepsAndGoldens(t *testing.T) {
	t.Parallel()
	got, err := scenario.Parse([]byte("Run 1: in words,\nover two lines.\n\n-- steps --\n# a remark\nsend orders/create #L1  lines=1,2\n\n  until #L1 Completed / Fulfilled\n-- path --\n#L1: OrderReceived\n-- record --\n#L1: New / New\n"))
	want := scenario.Script{
		Title: "Run 1: in words,\nover two lines.",
		Steps: []scenario.Step{
			{Line: 2, Args: []string{"send", "orders/create", "#L1", "lines=1,2"}},
			{Line: 4, Args: []string{"until", "#L1", "Completed", "/", "Fulfilled"}},
		},
		Path: "#L1: OrderReceived\n", Record: "#L1: New / New\n",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestAFileThatIsNoScenario(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                  "steps is missing",
		"only words":                        "steps is missing",
		"-- steps --\n# nothing":            "steps is missing",
		"-- step --\nidle\n":                `"step" is none of`,
		"-- steps --\nidle\n-- paths --\nx": `"paths" is none of`,
	} {
		if _, err := scenario.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestFormatKeepsTheScenarioAndReplacesItsGoldens(t *testing.T) {
	t.Parallel()
	const text = "Title.\n\n-- steps --\n# remark\nidle\n\n-- path --\nold\n-- record --\nold\n"
	once := scenario.Format([]byte(text), "path\n", "record\n")
	if twice := scenario.Format(once, "path\n", "record\n"); string(once) != string(twice) {
		t.Errorf("formatting again changes\n%s\nto\n%s", once, twice)
	}
	before, _ := scenario.Parse([]byte(text))
	after, err := scenario.Parse(once)
	if err != nil || after.Title != before.Title || !cmp.Equal(before.Steps, after.Steps) || strings.TrimSpace(after.Path) != "path" || after.Record != "record\n" {
		t.Errorf("%+v %v\n%s", after, err, once)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Title\n-- steps --\nsend a #b c=d\n-- path --\nx\n-- record --\ny\n")
	f.Add("-- steps --\n \t\n# x\n#x")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := scenario.Parse([]byte(text))
		if err != nil {
			return
		}
		for _, step := range s.Steps {
			if len(step.Args) == 0 || step.Line < 1 {
				t.Errorf("%+v", step)
			}
		}
		again, err := scenario.Parse(scenario.Format([]byte(text), s.Path, s.Record))
		if err != nil || len(again.Steps) != len(s.Steps) {
			t.Errorf("formatted it has %d steps, not %d: %v", len(again.Steps), len(s.Steps), err)
		}
	})
}

// system answers as an Orderloom would and keeps what it was asked.
type system struct {
	desk   desk
	mu     sync.Mutex
	posted []string
	order  string // what GET /api/orders/… answers
	ships  []string
	fails  string
	hold   bool

	ofRecords bool // its messages are documents of records

	shopFails, aborted string
}

func (s *system) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/refuse":
		w.WriteHeader(http.StatusUnauthorized)
	case r.Method == http.MethodPost:
		s.posted = append(s.posted, r.URL.Path+" "+r.Header.Get("X-Signature")+string(body))
	case r.URL.Path == "/api/messages" && s.ofRecords:
		_, _ = io.WriteString(w, `{"messages":[{"id":"msg_1","error":"Transform.MissingField","cause":"no: a value is required"}]}`)
	case r.URL.Path == "/api/messages":
		_, _ = io.WriteString(w, `{"messages":[{"id":"msg_1","topic":"ReturnReceived","error":"Record.NotFound","cause":"no such order"},{"id":"msg_2","topic":"Other"},{"id":"msg_3","topic":"Other"}]}`)
	case strings.HasPrefix(r.URL.Path, "/api/stock/"):
		_, _ = io.WriteString(w, `{"stock":[{"location":"Seattle","free":7,"reserved":3}]}`)
	case r.URL.Path == "/api/records/W-1":
		_, _ = io.WriteString(w, `{"name":"W-1","body":{"document":{"lines":7}},"status":{"id":"wsh_1","order":"ord_9","state":"Waiting","reason":"For Wish","holds":[{"signal":"s","step":"ask"}]},"runs":["r"],
			"journal":[{"key":"a","events":[{"name":"WishReceived","entity":"wish","entityId":"wsh_1","seq":1}]}],"exceptions":[]}`)
	case r.URL.Path == "/api/orders/L1":
		_, _ = io.WriteString(w, s.order)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (s *system) Fail(status, times int) { s.fails = fmt.Sprint(status, "×", times) }
func (s *system) Hold(hold bool)         { s.hold = hold }
func (s *system) Ship(fo string, quantities map[string]int) error {
	s.ships = append(s.ships, fmt.Sprint(fo, quantities))
	return nil
}
func (s *system) Knows(fo string) bool { return fo == "fo_1-1" || fo == "fo_1-2" }
func (s *system) Created() int         { return 2 }

// desk was told of the order twice, and of another one.
type desk struct{ fails string }

func (d *desk) Fail(status, times int) { d.fails = fmt.Sprint(status, "×", times) }
func (d *desk) Told() []string {
	return []string{`/risks {"order":"ord_1"}`, `/shipments {"order":"ord_1"}`, `/risks {"order":"ord_2"}`}
}

const order = `{"document":{"name":"#L1"},"runs":["r"],"exceptions":[{"id":"exc_1","step":"send","error":"Provider.Unavailable","cause":"down","category":"action","data":{}}],
"status":{"order":"ord_1","state":"On Hold","reason":"Sending Failed","lines":[{"id":"466","state":"On Hold","reason":"Backorder Hold","ordered":60,"location":"Seattle"},{"id":"467","state":"New","reason":"New","ordered":2}],"holds":[{"step":"terms"}],
"fulfillmentOrders":[{"id":"fo_1-1","location":"Seattle","state":"New","reason":"New","shipments":[{"number":1,"lines":[{"line":"466","quantity":60}],"reported":true}]},{"id":"fo_1-2","location":"Chicago","state":"New","reason":"New"}]},
"journal":[{"events":[{"name":"OrderReceived","entity":"order","seq":1}]},{"events":[{"name":"OrderLineSourced","entity":"line","entityId":"467","seq":2},{"name":"OrderSourced","entity":"order","seq":3,"payload":{"why":"rule 7"}}]},
{"events":[{"name":"FulfillmentOrderCreated","entity":"fulfillmentOrder","entityId":"fo_1-1","seq":4}]}]}`

func run(t *testing.T, steps string) (s *system, path, record string, err error) {
	t.Helper()
	s = &system{order: order, ofRecords: strings.Contains(steps, wish)}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	w := scenario.World{
		URL: server.URL, Client: server.Client(), Warehouse: s, Desk: &s.desk,
		Document: func(topic string, o scenario.Order) (string, map[string]string, []byte) {
			if topic == "refuse" {
				return "/refuse", nil, nil
			}
			return "/hooks/" + topic, map[string]string{"X-Signature": "signed"}, fmt.Appendf(nil, "%+v", o)
		},
		Sign: func(instance, delivery string, body []byte) (string, map[string]string) {
			return "/hooks/" + instance, map[string]string{"X-Signature": "by " + delivery + ":"}
		},
		FailShop: func(status, times int) { s.shopFails = fmt.Sprint(status, "×", times) },
		Abort: func(run string) error {
			s.aborted = run
			return nil
		},
		Tags: func(o scenario.Order) []string { return strings.Fields(o.SKU) },
		PutEvent: func(event, order, id string, payload json.RawMessage) error {
			s.posted = append(s.posted, strings.Join([]string{event, order, id, string(payload)}, " "))
			return nil
		},
		Reports: func(o scenario.Order) int { return len(o.Lines) },
		Drive:   func(_ time.Duration, done func() bool) bool { return done() },
	}
	script, err := scenario.Parse([]byte("-- steps --\n" + steps))
	if err != nil {
		t.Fatal(err)
	}
	path, record, err = scenario.Run(w, script)
	return s, path, record, err
}

func TestCommandsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	s, path, record, err := run(t, `
repeat 3 send create #L1 shop=outlet country=CA lines=60,2 sku=A after=90s digital=yes tags=gift,rush payment=pending ship-by=48h
until #L1 On Hold / Sending Failed
until #L1 exception
idle
retry #L1
skip #L1
cancel #L1
release #L1
approve #L1
reject #L1
pass 3h
correct #L1 lines=7,8
abort #L1
shop fail 500 2
stock A Seattle 10
stock A Seattle 10
ship #L1 Seattle 1:60 2:1
warehouse hold
warehouse fail 503 4
desk fail 429 5
expect desk #L1 2
expect desk #L1 1 /risks
expect order #L1 On Hold / Sending Failed
expect line #L1 1 On Hold / Backorder Hold
expect line #L1 1 ordered=60
expect exception #L1 send Provider.Unavailable
expect exceptions #L1 1
expect hold #L1 terms
expect event #L1 OrderSourced rule 7
expect runs #L1 1
expect warehouse #L1 2
expect shop #L1 2
expect stock A Seattle free=7 reserved=3
put ReturnReceived #L1 rma-1 {"a": 1}
replay ReturnReceived
expect message ReturnReceived Record.NotFound
expect tags #L1 A
`)
	if err != nil {
		t.Fatal(err)
	}
	const document = "/hooks/create signed{Name:#L1 Shop:outlet Country:CA Lines:[60 2] SKU:A Digital:true Tags:gift,rush Payment:pending After:1m30s ShipBy:48h0m0s}"
	want := []string{
		document, document, document, "/api/exceptions/exc_1/retry ", "/api/exceptions/exc_1/skip ", `/api/orders/ord_1/cancel {"reason":"scenario"}`,
		`/api/orders/ord_1/release {"by":"scenario","reason":"looked at"}`, `/api/orders/ord_1/approve {"by":"scenario","reason":"looked at"}`, `/api/orders/ord_1/reject {"by":"scenario","reason":"looked at"}`,
		`/api/orders/ord_1/correct {"lines":[{"id":"466","quantity":7},{"id":"467","quantity":8}]}`,
		`/api/stock {"key":"scenario-1-A-Seattle-10","lines":[{"sku":"A","location":"Seattle","quantity":10}]}`,
		`/api/stock {"key":"scenario-2-A-Seattle-10","lines":[{"sku":"A","location":"Seattle","quantity":10}]}`,
		`ReturnReceived #L1 rma-1 {"a": 1}`, "/api/messages/msg_1/replay ",
	}
	if diff := cmp.Diff(want, s.posted); diff != "" {
		t.Error(diff)
	}
	if !s.hold || s.fails != "503×4" || s.desk.fails != "429×5" || s.shopFails != "500×2" || s.aborted != "r" || !cmp.Equal(s.ships, []string{"fo_1-1map[466:60 467:1]"}) {
		t.Errorf("%+v", s)
	}
	const wantPath = "#L1: OrderReceived → OrderSourced\n#L1 fulfillment order Seattle: FulfillmentOrderCreated\n#L1 line 2: OrderLineSourced\n"
	if diff := cmp.Diff(wantPath, path); diff != "" {
		t.Error(diff)
	}
	const wantRecord = `#L1: On Hold / Sending Failed
#L1 line 1: On Hold / Backorder Hold, ordered 60, reserved 0, shipped 0, canceled 0, Seattle
#L1 line 2: New / New, ordered 2, reserved 0, shipped 0, canceled 0
#L1 fulfillment order Seattle: New / New
#L1 shipment 1 from Seattle: 60 of 466, reported true
#L1 fulfillment order Chicago: New / New
`
	if diff := cmp.Diff(wantRecord, record); diff != "" {
		t.Error(diff)
	}
}

// A step that is wrong or not met names its line and says what is the case.
func TestAStepThatFailsSaysWhy(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]string{
		"dance now":                                "unknown command",
		"until":                                    "arguments are missing",
		"send orders/create":                       "want: send",
		"repeat 2 send orders/create":              "want: send",
		"repeat many send orders/create #L1":       "want: repeat",
		"send create #L1 color=red":                `unknown argument "color=red"`,
		"send create #L1 lines=one":                "invalid syntax",
		"send create #L1 after=soon":               "invalid duration",
		"send refuse #L1":                          "401",
		"until #L1 Completed / Fulfilled":          "it is: On Hold / Sending Failed",
		"until #L9 Completed / Fulfilled":          "it is: no such order",
		"retry #L9":                                "404",
		"stock A Seattle":                          "want: stock",
		"ship #L1 Seattle":                         "want: ship",
		"ship #L1 Boston 1:1":                      "no fulfillment order at Boston",
		"ship #L1 Seattle 1:x":                     "invalid syntax",
		"warehouse fail 503":                       "want: warehouse",
		"expect order #L1":                         "arguments are missing",
		"expect order #L1 New / New":               "it is: On Hold / Sending Failed",
		"expect weather #L1 fine":                  "nothing to expect",
		"expect line #L1 3 New / New":              "order has 2 lines",
		"expect line #L1 2 ordered=9":              "it is: ordered=2",
		"expect exception #L1 send Other.Code":     "it is: send Provider.Unavailable",
		"release #L9":                              "404",
		"pass soon":                                "invalid duration",
		"expect hold #L1 credit":                   "it is: terms",
		"expect event #L1 OrderSourced rule 8":     "no such event",
		"expect warehouse #L1 1":                   "it is: 2",
		"desk fail 503":                            "want: desk",
		"expect desk #L1 1":                        "it is: 2",
		"expect stock A Boston free=7":             "no such stock",
		"put ReturnReceived #L1 rma-1":             "want: put",
		"put ReturnReceived #L1 rma-1 {":           "not JSON",
		"replay Other":                             "2 messages of Other",
		"expect message Nothing X":                 "0 messages of Nothing",
		"expect message ReturnReceived X":          "it is: Record.NotFound",
		"expect tags #L1 a":                        "it is: none",
		"expect stock A Seattle free=6 reserved=3": "it is: free=7 reserved=3",
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			if _, _, _, err := run(t, "idle\n"+step); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "line 2: "+step+": ") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestTheCommittedScenariosParse(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../statemachines/*/runs/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := scenario.Parse(data); err != nil || s.Title == "" {
			t.Errorf("%s: title %q, %v", file, s.Title, err)
		}
	}
}
