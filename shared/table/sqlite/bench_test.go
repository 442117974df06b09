package sqlite_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/table"
)

// spread divides b.N calls among n goroutines.
func spread(b *testing.B, n int, call func(i int64) error) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range n {
		all.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := call(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkStatusChange is what an order does most: change its state item,
// which moves in an index, and append to its journal.
func BenchmarkStatusChange(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "table.db"), clock.System{})
			facts := strings.Repeat("f", 300)
			spread(b, writers, func(i int64) error {
				order := fmt.Sprintf("order#%06d", i%2000)
				return s.Transact(b.Context(),
					table.Set(table.Key{PK: order, SK: "state"}, table.Item{"facts": facts, "status": fmt.Sprint("status", i),
						table.GSI1PK: fmt.Sprint("status#", i%7), table.GSI1SK: order}).Adding(map[string]int64{"version": 1}),
					table.Put(table.Item{table.PK: order, table.SK: fmt.Sprintf("journal#%09d", i), "event": facts}, table.ItemAbsent()))
			})
		})
	}
}

func BenchmarkPut(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "table.db"), clock.System{})
	body := strings.Repeat("b", 1000)
	spread(b, 64, func(i int64) error {
		_, err := s.Write(b.Context(), table.Put(table.Item{table.PK: fmt.Sprint("order#", i), table.SK: "state", "body": body}))
		return err
	})
}

// BenchmarkGet reads rows in memory.
func BenchmarkGet(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "table.db"), clock.System{})
	body := strings.Repeat("b", 1000)
	for i := range 1000 {
		if _, err := s.Write(b.Context(), table.Put(table.Item{table.PK: fmt.Sprint("order#", i), table.SK: "state", "body": body})); err != nil {
			b.Fatal(err)
		}
	}
	spread(b, 8, func(i int64) error {
		_, err := s.Get(b.Context(), table.Key{PK: fmt.Sprint("order#", i%1000), SK: "state"})
		return err
	})
}

// BenchmarkGetUnknown asks the file, as a guard does that nobody took before.
func BenchmarkGetUnknown(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "table.db"), clock.System{})
	spread(b, 8, func(i int64) error {
		_, err := s.Get(b.Context(), table.Key{PK: fmt.Sprint("guard#", i), SK: "state"})
		return err
	})
}
