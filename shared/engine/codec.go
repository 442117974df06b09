package engine

import (
	"encoding/binary"
	"fmt"
)

// Bits say which optional fields of an event follow.
const (
	hasState = 1 << iota
	hasNum
	hasNum2
	hasText
	hasErr
	hasCause
	hasIn
	hasVars
	sameIn // in is the in of the event before it in the record
)

// appendEvent encodes ev after buf; before is the in of the event before it.
func appendEvent(buf []byte, ev *event, before *value) []byte {
	var bits uint64
	set := func(bit uint64, yes bool) {
		if yes {
			bits |= bit
		}
	}
	set(hasState, ev.state != 0)
	set(hasNum, ev.num != 0)
	set(hasNum2, ev.num2 != 0)
	set(hasText, ev.text != "")
	set(hasErr, ev.err != "")
	set(hasCause, ev.cause != "")
	set(hasVars, ev.vars != nil)
	set(hasIn, ev.in != nil && ev.in != before)
	set(sameIn, ev.in != nil && ev.in == before)
	buf = append(buf, byte(ev.kind))
	buf = binary.AppendUvarint(buf, bits)
	buf = binary.AppendVarint(buf, ev.id)
	buf = binary.AppendVarint(buf, ev.prev)
	buf = binary.AppendVarint(buf, ev.at)
	buf = binary.AppendVarint(buf, int64(ev.thread))
	for bit, n := range map3(int64(ev.state), ev.num, ev.num2) {
		if bits&(hasState<<bit) != 0 {
			buf = binary.AppendVarint(buf, n)
		}
	}
	for bit, s := range map3(ev.text, ev.err, ev.cause) {
		if bits&(hasText<<bit) != 0 {
			buf = appendString(buf, s)
		}
	}
	if bits&hasIn != 0 {
		buf = appendString(buf, ev.in.json())
	}
	if bits&hasVars != 0 {
		buf = appendString(buf, ev.vars.json())
	}
	return buf
}

func map3[T any](a, b, c T) [3]T { return [3]T{a, b, c} }

func appendString[T string | []byte](buf []byte, s T) []byte {
	buf = binary.AppendUvarint(buf, uint64(len(s)))
	return append(buf, s...)
}

// decoder reads what appendEvent wrote. The first malformed field makes bad
// true; everything read after it is zero.
type decoder struct {
	data []byte
	bad  bool
}

func (d *decoder) uint() uint64 {
	n, size := binary.Uvarint(d.data)
	if size <= 0 {
		d.bad, d.data = true, nil
		return 0
	}
	d.data = d.data[size:]
	return n
}

func (d *decoder) int() int64 {
	n, size := binary.Varint(d.data)
	if size <= 0 {
		d.bad, d.data = true, nil
		return 0
	}
	d.data = d.data[size:]
	return n
}

func (d *decoder) bytes() []byte {
	n := d.uint()
	if n > uint64(len(d.data)) {
		d.bad, d.data = true, nil
		return nil
	}
	b := d.data[:n:n]
	d.data = d.data[n:]
	return b
}

func (d *decoder) byte() byte {
	if len(d.data) == 0 {
		d.bad = true
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return b
}

// event reads one event; before is the in of the event before it.
func (d *decoder) event(before *value) event {
	ev := event{kind: kind(d.byte())}
	bits := d.uint()
	ev.id, ev.prev, ev.at, ev.thread = d.int(), d.int(), d.int(), int(d.int())
	if bits&hasState != 0 {
		ev.state = int(d.int())
	}
	if bits&hasNum != 0 {
		ev.num = d.int()
	}
	if bits&hasNum2 != 0 {
		ev.num2 = d.int()
	}
	for bit, s := range map3(&ev.text, &ev.err, &ev.cause) {
		if bits&(hasText<<bit) != 0 {
			*s = string(d.bytes())
		}
	}
	switch {
	case bits&hasIn != 0:
		ev.in = rawValue(d.bytes())
	case bits&sameIn != 0:
		ev.in = before
	}
	if bits&hasVars != 0 {
		ev.vars = rawValue(d.bytes())
	}
	return ev
}

// header precedes the events of a record, so that a scan of the log need not
// decode them.
type header struct {
	seq    uint64 // the execution
	first  int64  // ordinal of the record in its execution, from 0
	status Status // other than Running when the record closes the execution
	at     int64  // of the close
}

var statusCodes = []Status{Running, Succeeded, Failed, Aborted, TimedOut}

func appendHeader(buf []byte, h header) []byte {
	buf = binary.AppendUvarint(buf, h.seq)
	buf = binary.AppendVarint(buf, h.first)
	for i, s := range statusCodes {
		if s == h.status {
			buf = append(buf, byte(i))
		}
	}
	return binary.AppendVarint(buf, h.at)
}

func (d *decoder) header() header {
	h := header{seq: d.uint(), first: d.int()}
	if code := int(d.byte()); code < len(statusCodes) {
		h.status = statusCodes[code]
	} else {
		d.bad = true
	}
	h.at = d.int()
	return h
}

// readEvents decodes a record.
func readEvents(rec []byte) (header, []event, error) {
	d := &decoder{data: rec}
	h := d.header()
	var events []event
	var before *value
	for len(d.data) > 0 && !d.bad {
		ev := d.event(before)
		before = ev.in
		events = append(events, ev)
	}
	if d.bad {
		return h, nil, fmt.Errorf("a record of the execution log is malformed")
	}
	return h, events, nil
}
