package sqlite

import (
	"errors"
	"fmt"
)

// schemaVersion is kept in user_version; a file of a later one is refused.
const schemaVersion = 2

// Text is compared by bytes (BINARY), the order of DynamoDB's string keys.
const schema = `
CREATE TABLE item (
	id     INTEGER PRIMARY KEY,
	pk     TEXT NOT NULL,
	sk     TEXT NOT NULL,
	gsi1pk TEXT, gsi1sk TEXT,
	gsi2pk TEXT, gsi2sk TEXT,
	ttl    INTEGER,
	body   BLOB NOT NULL
);
CREATE UNIQUE INDEX item_key ON item (pk, sk);
CREATE INDEX item_gsi1 ON item (gsi1pk, gsi1sk, pk, sk) WHERE gsi1pk IS NOT NULL AND gsi1sk IS NOT NULL;
CREATE INDEX item_gsi2 ON item (gsi2pk, gsi2sk, pk, sk) WHERE gsi2pk IS NOT NULL AND gsi2sk IS NOT NULL;
CREATE INDEX item_ttl ON item (ttl) WHERE ttl IS NOT NULL;
CREATE TABLE change (
	seq INTEGER PRIMARY KEY,
	at  INTEGER NOT NULL, -- nanoseconds since 1970
	pk  TEXT NOT NULL,
	sk  TEXT NOT NULL,
	created INTEGER NOT NULL, -- 1: there was no item before
	new BLOB                  -- NULL: there is none any more
);
CREATE TABLE trimmed (upto INTEGER NOT NULL); -- one row: seq never falls back, even with no change left
INSERT INTO trimmed VALUES (0);
PRAGMA user_version = 2;
`

// toVersion2: changes no longer keep the item as it was before.
const toVersion2 = `
ALTER TABLE change ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
UPDATE change SET created = old IS NULL;
ALTER TABLE change DROP COLUMN old;
PRAGMA user_version = 2;
`

// migrate creates the tables in a new file or brings those of an earlier
// version up to date, all or nothing.
func migrate(conn *connection) error {
	version, err := conn.value("PRAGMA user_version")
	if err != nil {
		return err
	}
	steps := schema
	switch v, _ := version.(int64); {
	case v == 1:
		steps = toVersion2
	case v == schemaVersion:
		return nil
	case v > schemaVersion:
		return fmt.Errorf("the file has format %d, this program knows %d: it was written by a later Orderloom", v, schemaVersion)
	}
	if err := conn.exec("BEGIN IMMEDIATE;" + steps + "COMMIT"); err != nil {
		return errors.Join(err, conn.exec("ROLLBACK"))
	}
	return nil
}
