// Package storeenv gives a function the records of its stack: the table, and
// the bucket for what is too large for the table. Whoever reads or writes
// orders or messages needs both.
package storeenv

import (
	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/awsenv/blobenv"
	"github.com/orderloom/orderloom/shared/awsenv/tableenv"
	"github.com/orderloom/orderloom/shared/fn"
)

// Records is the need for records of any size.
func Records(env awsenv.Env, d *fn.Deps) error {
	if err := tableenv.Table(env, d); err != nil {
		return err
	}
	return blobenv.Bucket(env, d)
}
