package stream

import (
	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table/attrjson"
)

// parse reads the records of an event. It goes through the text by hand, as
// Encode writes it: every change of the table passes here too.
func parse(text []byte) (records []record, err error) {
	if !gjson.ValidBytes(text) {
		return nil, fault.New(fault.Invalid, "not a DynamoDB stream event: not JSON")
	}
	event := gjson.ParseBytes(text)
	if !event.IsObject() {
		return nil, fault.New(fault.Invalid, "not a DynamoDB stream event").Got(event.Raw)
	}
	all := event.Get("Records")
	if !all.IsArray() && all.Type != gjson.Null {
		return nil, fault.New(fault.Invalid, "not a DynamoDB stream event").On("", "Records").Got(all.Raw)
	}
	all.ForEach(func(_, v gjson.Result) bool {
		var r record
		err = r.parse(v)
		records = append(records, r)
		return err == nil
	})
	return records, err
}

func (r *record) parse(v gjson.Result) error {
	return fields(v, "Records", func(name string, v gjson.Result) error {
		switch name {
		case "eventName":
			return take(&r.name, name, v)
		case "dynamodb":
			return fields(v, name, r.change)
		case "userIdentity":
			return fields(v, name, r.identity)
		}
		return nil
	})
}

func (r *record) change(name string, v gjson.Result) (err error) {
	switch name {
	case "ApproximateCreationDateTime":
		r.at = v.Raw
	case "Keys":
		r.keys, err = attrjson.Parse(v)
	case "NewImage":
		r.new, err = attrjson.Parse(v)
	case "SequenceNumber":
		err = take(&r.sequence, name, v)
	case "StreamViewType":
		err = take(&r.view, name, v)
	}
	return err
}

func (r *record) identity(name string, v gjson.Result) error {
	switch name {
	case "type":
		return take(&r.byType, name, v)
	case "principalId":
		return take(&r.byName, name, v)
	}
	return nil
}

// fields calls do with each field of an object, until an error; null has none.
func fields(v gjson.Result, name string, do func(string, gjson.Result) error) (err error) {
	if v.Type == gjson.Null {
		return nil
	}
	if !v.IsObject() {
		return fault.New(fault.Invalid, "stream record: not an object").On("", name).Got(v.Raw)
	}
	v.ForEach(func(name, v gjson.Result) bool {
		err = do(name.Str, v)
		return err == nil
	})
	return err
}

// take takes a string; null leaves it as it is.
func take(to *string, name string, v gjson.Result) error {
	switch v.Type {
	case gjson.String:
		*to = v.Str
	case gjson.Null:
	default:
		return fault.New(fault.Invalid, "stream record: not a string").On("", name).Got(v.Raw)
	}
	return nil
}
