package memory_test

import (
	"testing"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/blob/blobtest"
	"github.com/orderloom/orderloom/shared/blob/memory"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(*testing.T) blob.Store { return &memory.Store{} })
}
