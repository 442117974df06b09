package inbox_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// world is a box over a fresh table, a clock that stands still, and blobs that
// are counted.
type world struct {
	inbox.Box
	clock *clock.Manual
	table *sqlite.Store
	blobs *blobs
}

func newWorld(t *testing.T) world {
	t.Helper()
	clk := clock.NewManual(start)
	tbl, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tbl.Close() })
	b := &blobs{data: map[string][]byte{}}
	return world{inbox.Box{Table: tbl, Blobs: b, Now: clk.Now}, clk, tbl, b}
}

type blobs struct {
	blob.Store
	mu   sync.Mutex
	data map[string][]byte
	puts int
	once sync.Once
	meet func() // runs before the first Put
}

func (b *blobs) Put(_ context.Context, key string, data []byte) error {
	if b.meet != nil {
		b.once.Do(b.meet)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.data[key] = bytes.Clone(data)
	b.puts++
	return nil
}

func (b *blobs) Get(_ context.Context, key string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if data, ok := b.data[key]; ok {
		return data, nil
	}
	return nil, fault.New(fault.NotFound, "no blob %s", key)
}

func delivery(event string) inbox.Message {
	return inbox.Message{
		ID: inbox.ID("demo-shop", "orders/create", event), Instance: "demo-shop", Provider: "shopify",
		Topic: "orders/create", EventID: event, Transformation: "shopify/order-in",
	}
}

func (w world) receive(t *testing.T, m inbox.Message, body string) bool {
	t.Helper()
	stored, err := w.Receive(t.Context(), m, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func (w world) get(t *testing.T, id string) inbox.Message {
	t.Helper()
	m, err := w.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (w world) item(t *testing.T, id string) table.Item {
	t.Helper()
	item, err := w.table.Get(t.Context(), table.Key{PK: "MSG#" + id, SK: "RAW"})
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func (w world) body(t *testing.T, id string) string {
	t.Helper()
	b, err := w.Body(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestIDSeparatesInstanceTopicAndEvent(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, p := range [][3]string{{"a", "b", "c"}, {"ab", "", "c"}, {"a", "bc", ""}, {"", "ab", "c"}, {"a", "b", "C"}} {
		id := inbox.ID(p[0], p[1], p[2])
		if ids[id] || !strings.HasPrefix(id, "msg_") || len(id) != 30 || id != inbox.ID(p[0], p[1], p[2]) {
			t.Errorf("ID%q = %q", p, id)
		}
		ids[id] = true
	}
}

func TestAMessageIsKeptByteForByteAndAnnounced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := delivery("e1")
	raw := "{ \"id\": 1.10,\r\n \"n\": \"\u00e9\\u00e9\" }\n"
	if !w.receive(t, m, raw) {
		t.Error("a new message was taken for a duplicate")
	}
	if got := w.body(t, m.ID); got != raw {
		t.Errorf("body = %q, want the raw bytes %q", got, raw)
	}
	got := w.get(t, m.ID)
	if got.State != inbox.Received || got.Rounds != 1 || !got.ReceivedAt.Equal(start) || got.Transformation != "shopify/order-in" {
		t.Errorf("message = %+v", got)
	}
	if item := w.item(t, m.ID); item.Str(inbox.OutboxAttr) != inbox.OutboxPending || item.Int(inbox.RoundAttr) != 1 {
		t.Errorf("no outbox mark on %v", item)
	}
	a, at, ok := inbox.AnnouncementOf(w.item(t, m.ID))
	if want := (inbox.Announcement{Message: m.ID, Transformation: "shopify/order-in", Fetch: m.Fetch}); !ok || a != want || !at.Equal(start) {
		t.Errorf("it is announced as %+v at %v, %v", a, at, ok)
	}
}

func TestARepeatedDeliveryStoresNothing(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", inbox.InlineBodyBytes+1)
	for name, bodies := range map[string][2]string{"small": {"one", "two"}, "large": {"1" + large, "2" + large}, "large after small": {"one", large}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := delivery("e1")
			w.receive(t, m, bodies[0])
			puts := w.blobs.puts
			if w.receive(t, m, bodies[1]) {
				t.Error("the second delivery counted as new")
			}
			if got := w.body(t, m.ID); got != bodies[0] {
				t.Errorf("the second delivery replaced the body (%d bytes)", len(got))
			}
			if w.blobs.puts != puts {
				t.Errorf("the second delivery wrote %d blobs", w.blobs.puts-puts)
			}
		})
	}
}

func TestTwoLargeBodiesThatMeetDoNotMix(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := delivery("e1")
	large := strings.Repeat("x", inbox.InlineBodyBytes+1)
	other := w.Box
	other.Blobs = &blobs{data: w.blobs.data}
	w.blobs.meet = func() {
		if stored, err := other.Receive(t.Context(), m, []byte("faster"+large)); err != nil || !stored {
			t.Errorf("the faster delivery: %v, %v", stored, err)
		}
	}
	if w.receive(t, m, "slower"+large) {
		t.Error("both deliveries counted as new")
	}
	if got := w.body(t, m.ID); got != "faster"+large {
		t.Errorf("the message has the body of the other delivery: %s…", got[:6])
	}
}

func TestAThousandDeliveriesAtOnceAreOneMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	stored := 0
	for range 1000 {
		wg.Go(func() {
			ok, err := w.Receive(t.Context(), delivery("same"), []byte("{}"))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if ok {
				stored++
			}
		})
	}
	wg.Wait()
	changes, err := w.table.Changes(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if stored != 1 || len(changes) != 2 {
		t.Errorf("%d stored, %d items written; want one message of two items", stored, len(changes))
	}
}

func TestAnIgnoredMessageIsKeptAndNotAnnounced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := delivery("e1")
	m.State = inbox.Ignored
	w.receive(t, m, "{}")
	if got := w.get(t, m.ID); got.State != inbox.Ignored {
		t.Errorf("state = %s", got.State)
	}
	if item := w.item(t, m.ID); item.Str(inbox.OutboxAttr) != "" || item.Str(table.GSI1PK) != "" {
		t.Errorf("an ignored message is announced: %v", item)
	}
}

func TestLargeBodiesAreKeptOutsideTheTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := delivery("e1")
	large := strings.Repeat("0123456789", inbox.MaxBodyBytes/10)
	w.receive(t, m, large)
	if got := w.body(t, m.ID); got != large {
		t.Errorf("body of %d bytes came back as %d", len(large), len(got))
	}
	if err := w.SetBody(t.Context(), m.ID, []byte(large+"fetched")); err != nil {
		t.Fatal(err)
	}
	if got := w.body(t, m.ID); got != large+"fetched" {
		t.Error("the fetched document did not replace the body")
	}
	err := w.SetDocument(t.Context(), m.ID, make([]byte, blob.MaxBytes+1))
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("a document over the limit: %v", err)
	}
}

func TestAMessageExpiresWithItsBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := delivery("e1")
	w.receive(t, m, "{}")
	w.clock.Advance(inbox.Retention - time.Second)
	if err := w.Settle(t.Context(), m.ID, inbox.Failed, "", fault.New("X.Y", "late")); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Second)
	if _, err := w.Get(t.Context(), m.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("message after its retention: %v", err)
	}
	if _, err := w.Body(t.Context(), m.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("body after its retention: %v", err)
	}
	if !w.receive(t, m, "again") {
		t.Error("after the retention the same event is new again")
	}
}
