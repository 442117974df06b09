package table

import "github.com/orderloom/orderloom/shared/fault"

// ValidateWrite checks the argument of Write.
func ValidateWrite(op Op) error {
	if op.Kind == KindCheck {
		return invalid(op.Key, "", "a check belongs into a transaction")
	}
	return validateOp(op)
}

// ValidateTransaction checks the arguments of Transact: every op, one op per
// key, and the limits. The fault's Field begins with the index of the op.
func ValidateTransaction(ops []Op) error {
	if len(ops) > MaxTransaction {
		return fault.New(fault.TooLarge, "%d operations in one transaction, at most %d", len(ops), MaxTransaction)
	}
	seen, bytes := make(map[Key]int, len(ops)), 0
	for i, op := range ops {
		if err := validateOp(op); err != nil {
			return err
		}
		if first, twice := seen[op.Key]; twice {
			return invalid(op.Key, "", "operations %d and %d of a transaction have the same key", first, i)
		}
		seen[op.Key] = i
		bytes += Size(op.Item) + Size(op.Set)
	}
	return ValidateTransactionSize(bytes)
}

// ValidateTransactionSize refuses a transaction whose items are too large together.
func ValidateTransactionSize(bytes int) error {
	if bytes > MaxTransactionBytes {
		return fault.New(fault.TooLarge, "transaction of %d bytes, at most %d", bytes, MaxTransactionBytes)
	}
	return nil
}

func validateOp(op Op) error {
	if err := ValidateKey(op.Key); err != nil {
		return err
	}
	if err := validateConds(op); err != nil {
		return err
	}
	changes := len(op.Set) + len(op.Add) + len(op.Remove)
	switch op.Kind {
	case KindPut:
		if op.Item.Key() != op.Key {
			return invalid(op.Key, "", "the item has another key: %s", op.Item.Key())
		}
		if changes > 0 {
			return invalid(op.Key, "", "a put does not set, add or remove attributes")
		}
		return ValidateItem(op.Item)
	case KindUpdate:
		return validateUpdate(op, changes)
	case KindDelete, KindCheck:
		if changes > 0 || op.Item != nil {
			return invalid(op.Key, "", "a %s does not change attributes", op.Kind)
		}
		if op.Kind == KindCheck && len(op.If) == 0 {
			return invalid(op.Key, "", "a check has no condition")
		}
		return nil
	}
	return invalid(op.Key, "", "unknown kind of operation %q", string(op.Kind))
}

func validateUpdate(op Op, changes int) error {
	switch {
	case op.Item != nil:
		return invalid(op.Key, "", "an update sets attributes, not an item")
	case changes == 0:
		return invalid(op.Key, "", "an update changes nothing")
	case changes > MaxChanges:
		return invalid(op.Key, "", "an update changes %d attributes, at most %d", changes, MaxChanges)
	}
	if err := validateAttributes(op.Key, op.Set); err != nil {
		return err
	}
	named := make(map[string]bool, changes)
	name := func(name string, added bool) error {
		_, indexed := keyLimits[name]
		switch {
		case name == PK || name == SK:
			return invalid(op.Key, name, "the key of an item cannot change")
		case added && indexed:
			return invalid(op.Key, name, "an index key is a string and cannot be added to")
		case named[name]:
			return invalid(op.Key, name, "an update changes the attribute twice")
		}
		named[name] = true
		return validateName(op.Key, name)
	}
	for n := range op.Set {
		if err := name(n, false); err != nil {
			return err
		}
	}
	for n := range op.Add {
		if err := name(n, true); err != nil {
			return err
		}
	}
	for _, n := range op.Remove {
		if err := name(n, false); err != nil {
			return err
		}
	}
	if n := Size(op.Set); n > MaxItemBytes {
		return fault.New(fault.TooLarge, "update of %d bytes, an item has at most %d", n, MaxItemBytes).On(op.Key.String(), "")
	}
	return nil
}

func validateConds(op Op) error {
	if len(op.If) > MaxConds {
		return invalid(op.Key, "", "%d conditions, at most %d", len(op.If), MaxConds)
	}
	for _, c := range op.If {
		if err := validateName(op.Key, c.Attr); err != nil {
			return err
		}
		switch c.Op {
		case OpExists, OpAbsent:
			if c.Value != nil {
				return invalid(op.Key, c.Attr, "condition %s takes no value", c.Op)
			}
			continue
		case OpEqual:
		case OpAtLeast, OpLess:
			switch c.Value.(type) {
			case int64, string:
			default:
				return invalid(op.Key, c.Attr, "condition %s compares with a %T", c.Op, c.Value).Do("Compare int64 or string")
			}
		default:
			return invalid(op.Key, c.Attr, "unknown condition %q", string(c.Op))
		}
		// The value of a condition is compared, not stored: the rules for keys
		// do not apply, the rules for types and UTF-8 do.
		if err := validateValue(op.Key, "condition on "+c.Attr, c.Value); err != nil {
			return err
		}
	}
	return nil
}
