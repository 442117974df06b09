package table

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/fault"
)

// Limits of arguments, DynamoDB's own or within them. Adapters check them with
// the functions below before they touch the store, so that a bad argument fails
// the same way everywhere.
const (
	MaxPKBytes   = 2048 // a partition key, also of an index
	MaxSKBytes   = 1024 // a sort key, also of an index
	MaxNameBytes = 255  // an attribute name
	MaxChanges   = 100  // attributes that one update sets, adds to and removes
	MaxConds     = 20   // conditions of one op
	MaxKeys      = 100  // keys of one GetMany
)

// keyLimits are the attributes that address items, with their sizes.
var keyLimits = map[string]int{
	PK: MaxPKBytes, GSI1PK: MaxPKBytes, GSI2PK: MaxPKBytes,
	SK: MaxSKBytes, GSI1SK: MaxSKBytes, GSI2SK: MaxSKBytes,
}

func invalid(key Key, field, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).On(key.String(), field)
}

// ValidateKey checks the key of one item.
func ValidateKey(key Key) error {
	if validText(key.PK, MaxPKBytes) && validText(key.SK, MaxSKBytes) {
		return nil
	}
	if err := validateValue(key, PK, key.PK); err != nil {
		return err
	}
	return validateValue(key, SK, key.SK)
}

func validText(s string, limit int) bool {
	return s != "" && len(s) <= limit && utf8.ValidString(s)
}

// ValidateKeys checks the argument of GetMany.
func ValidateKeys(keys []Key) error {
	if len(keys) > MaxKeys {
		return fault.New(fault.TooLarge, "%d keys in one read, at most %d", len(keys), MaxKeys)
	}
	for _, key := range keys {
		if err := ValidateKey(key); err != nil {
			return err
		}
	}
	return nil
}

// ValidateItem checks names, types, keys and size of a whole item.
func ValidateItem(item Item) error {
	key := item.Key()
	if err := ValidateKey(key); err != nil {
		return err
	}
	if err := validateAttributes(key, item); err != nil {
		return err
	}
	return ValidateSize(item)
}

// ValidateSize refuses an item that is too large for every adapter.
func ValidateSize(item Item) error {
	if n := Size(item); n > MaxItemBytes {
		return fault.New(fault.TooLarge, "item of %d bytes, at most %d", n, MaxItemBytes).
			On(item.Key().String(), "").Do("Keep large bodies in the blob store and store their key")
	}
	return nil
}

func validateAttributes(key Key, item Item) error {
	for name, value := range item {
		if err := validateName(key, name); err != nil {
			return err
		}
		if err := validateValue(key, name, value); err != nil {
			return err
		}
	}
	return nil
}

func validateName(key Key, name string) error {
	switch {
	case name == "":
		return invalid(key, "", "an attribute has no name")
	case len(name) > MaxNameBytes:
		return invalid(key, "", "attribute name of %d bytes, at most %d", len(name), MaxNameBytes).Got(name)
	case !utf8.ValidString(name):
		return invalid(key, "", "attribute name is not UTF-8").Got(strings.ToValidUTF8(name, "?"))
	}
	return nil
}

// validateValue checks the type of an attribute and, when it is a key or the
// expiry, what the indexes need of it.
func validateValue(key Key, name string, value any) error {
	limit, isKey := keyLimits[name]
	s, isString := value.(string)
	switch {
	case isKey && !isString:
		return invalid(key, name, "key attribute is a %T, not a string", value)
	case isKey && s == "":
		return invalid(key, name, "key attribute is empty").Do("Leave an index key out to keep the item out of the index")
	case isKey && len(s) > limit:
		return invalid(key, name, "key attribute of %d bytes, at most %d", len(s), limit).Got(s)
	case isString && !utf8.ValidString(s):
		return invalid(key, name, "string is not UTF-8").Do("Store bytes as []byte")
	}
	switch value.(type) {
	case string, bool, []byte:
		if name == TTL {
			return invalid(key, name, "expiry is a %T, not an int64", value)
		}
		return nil
	case int64:
		return nil
	}
	return invalid(key, name, "attribute is a %T", value).Do("Use string, int64, bool or []byte")
}

// ValidateQuery checks a query; its token is checked by ParseToken.
func ValidateQuery(q Query) error {
	at := Key{q.PK, q.Prefix}
	pk, sk, err := q.Index.attributes()
	if err != nil {
		return err
	}
	if err := validateValue(at, pk, q.PK); err != nil {
		return err
	}
	for field, s := range map[string]string{"prefix": q.Prefix, "from": q.From, "to": q.To} {
		if s == "" {
			continue
		}
		if err := validateValue(at, sk, s); err != nil {
			return invalid(at, field, "bound of the sort key is not UTF-8 or longer than %d bytes", MaxSKBytes)
		}
	}
	switch {
	case q.Prefix != "" && (q.From != "" || q.To != ""):
		return invalid(at, "prefix", "a query has a prefix or a range, not both")
	case q.To != "" && q.From > q.To:
		return invalid(at, "from", "the range ends before it begins").Got(q.From)
	case q.Limit < 0 || q.Limit > MaxPage:
		return invalid(at, "limit", "limit %d is not in 0..%d", q.Limit, MaxPage)
	}
	return nil
}

// attributes names the partition and sort key attributes of an index.
func (i Index) attributes() (pk, sk string, err error) {
	switch i {
	case Primary:
		return PK, SK, nil
	case GSI1:
		return GSI1PK, GSI1SK, nil
	case GSI2:
		return GSI2PK, GSI2SK, nil
	}
	return "", "", fault.New(fault.Invalid, "no index %q", string(i)).On("", "index")
}

// Attributes names the partition and sort key attributes of an index that
// ValidateQuery accepted.
func (i Index) Attributes() (pk, sk string) {
	pk, sk, err := i.attributes()
	if err != nil {
		panic(fmt.Sprintf("index %q was not validated", string(i)))
	}
	return pk, sk
}
