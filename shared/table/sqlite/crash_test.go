package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

// childFile makes the test binary a program that writes until it is killed.
const childFile = "ORDERLOOM_TEST_TABLE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		writeUntilKilled(path)
	}
	os.Exit(m.Run())
}

// writeUntilKilled prints a line for each transaction that was acknowledged.
func writeUntilKilled(path string) {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, path, clock.System{})
	if err != nil {
		fmt.Println("open:", err)
		os.Exit(1)
	}
	var mu sync.Mutex
	for w := range 16 {
		go func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d-%d", w, n)
				err := s.Transact(ctx, table.Put(table.Item{table.PK: "left", table.SK: id}, table.ItemAbsent()),
					table.Put(table.Item{table.PK: "right", table.SK: id}, table.ItemAbsent()))
				mu.Lock()
				if err != nil {
					fmt.Println("write:", err)
				}
				fmt.Println(id)
				mu.Unlock()
			}
		}()
	}
	select {}
}

func TestKilledProcessLosesNoAnsweredWriteAndHalvesNone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "table.db")
	answered := runAndKill(t, path, 500)
	s := open(t, path, clock.System{}) // the lock died with the process
	left, right := sortKeys(t, s, "left"), sortKeys(t, s, "right")
	for _, id := range answered {
		if !left[id] {
			t.Errorf("answered write %s is lost", id)
		}
	}
	for id := range left {
		if !right[id] {
			t.Errorf("transaction %s is half there", id)
		}
	}
	if len(left) != len(right) {
		t.Errorf("%d and %d halves", len(left), len(right))
	}
	if n := changeCount(t, s); n != len(left)+len(right) {
		t.Errorf("%d changes for %d items", n, len(left)+len(right))
	}
}

// runAndKill returns what the child acknowledged before it was killed.
func runAndKill(t *testing.T, path string, lines int) (answered []string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childFile+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(out)
	for scan.Scan() {
		if strings.Contains(scan.Text(), ":") {
			t.Fatal(scan.Text())
		}
		if answered = append(answered, scan.Text()); len(answered) == lines {
			_ = child.Process.Kill() // go on reading what it had said
		}
	}
	if err := child.Wait(); err == nil || len(answered) < lines {
		t.Fatalf("the child ended by itself after %d lines", len(answered))
	}
	return answered
}

func sortKeys(t *testing.T, s *sqlite.Store, pk string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for q := (table.Query{PK: pk}); ; {
		page, err := s.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			found[item.Str(table.SK)] = true
		}
		if q.After = page.Next; q.After == "" {
			return found
		}
	}
}

func changeCount(t *testing.T, s *sqlite.Store) (n int) {
	t.Helper()
	for after := int64(0); ; {
		page, err := s.Changes(t.Context(), after, table.MaxPage)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return n
		}
		n, after = n+len(page), page[len(page)-1].Seq
	}
}

func TestTableOfAnotherProcessIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "table.db")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childFile+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if !bufio.NewScanner(out).Scan() { // it has it open now
		t.Error("the child said nothing")
	}
	_, err = sqlite.Open(t.Context(), path, clock.System{})
	wantFault(t, err, "Provider.Unavailable", "another process has the table open")
	_ = child.Process.Kill()
	_ = child.Wait() // killed, as asked
	open(t, path, clock.System{})
}
