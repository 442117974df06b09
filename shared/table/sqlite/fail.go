package sqlite

import (
	"errors"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/orderloom/orderloom/shared/fault"
)

// fail turns an error of SQLite into a fault that says what to do.
func fail(err error, doing, path string) error {
	if fault.Code(err) != fault.Internal {
		return err
	}
	code, hint := fault.Internal, ""
	switch primary(err) {
	case lib.SQLITE_FULL:
		code, hint = fault.Unavailable, "The disk is full: free space, the call can be repeated"
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		code, hint = fault.Unavailable, "Another process writes to the file: end it, the call can be repeated"
	case lib.SQLITE_IOERR:
		code, hint = fault.Unavailable, "The disk reported an error: check it before going on"
	case lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY, lib.SQLITE_PERM:
		code, hint = fault.Misconfigured, "Check that the folder exists and that this user may write to it"
	case lib.SQLITE_NOTADB, lib.SQLITE_CORRUPT:
		hint = "The file is damaged or no SQLite database: restore a copy"
	}
	return fault.Wrap(err, code, "cannot %s", doing).On(path, "").Do(hint)
}

// primary returns SQLite's primary result code, 0 for another error.
func primary(err error) int {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

func isBusy(err error) bool {
	c := primary(err)
	return c == lib.SQLITE_BUSY || c == lib.SQLITE_LOCKED
}
