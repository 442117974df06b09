package sqlite

import (
	"errors"
	"fmt"
)

// schemaVersion is kept in user_version; a file of a later one is refused.
const schemaVersion = 1

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
	old BLOB,
	new BLOB
);
CREATE TABLE trimmed (upto INTEGER NOT NULL); -- one row: seq never falls back, even with no change left
INSERT INTO trimmed VALUES (0);
PRAGMA user_version = 1;
`

// migrate creates the tables in a new file, all or nothing.
func migrate(conn *connection) error {
	version, err := conn.value("PRAGMA user_version")
	if err != nil {
		return err
	}
	switch v, _ := version.(int64); {
	case v == schemaVersion:
		return nil
	case v > schemaVersion:
		return fmt.Errorf("the file has format %d, this program knows %d: it was written by a later Orderloom", v, schemaVersion)
	}
	if err := conn.exec("BEGIN IMMEDIATE;" + schema + "COMMIT"); err != nil {
		return errors.Join(err, conn.exec("ROLLBACK"))
	}
	return nil
}
