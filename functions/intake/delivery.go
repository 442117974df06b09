package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
)

const (
	maxTopicBytes   = 200
	maxEventIDBytes = 200 // a longer one is replaced by its hash
	maxHeaderBytes  = 8 << 10
)

// choose finds the first handler that takes the delivery's topic. It reads
// unverified bytes and only selects how they are to be verified.
func choose(handlers []inbox.Handler, req fn.Request) (h inbox.Handler, topic string, known bool) {
	for _, h := range handlers {
		topic = topicOf(h, req)
		if h.Topic == "*" || (topic != "" && h.Topic == topic) {
			return h, topic, true
		}
	}
	return inbox.Handler{}, topic, false
}

func topicOf(h inbox.Handler, req fn.Request) string {
	if h.TopicHeader != "" {
		return req.Header[strings.ToLower(h.TopicHeader)]
	}
	return bodyString(req.Body, h.TopicField)
}

// bodyString reads a string field of the body, "" when there is none.
func bodyString(body []byte, path string) string {
	if path == "" {
		return ""
	}
	if v := gjson.GetBytes(body, path); v.Type == gjson.String {
		return v.String()
	}
	return ""
}

// eventID identifies the delivery within its topic: by the sender's event id,
// else its message id, else a field of the body, else by the body itself.
func eventID(h inbox.Handler, req fn.Request) string {
	id := ""
	for _, header := range []string{h.EventIDHeader, h.MessageID} {
		if id == "" && header != "" {
			id = req.Header[strings.ToLower(header)]
		}
	}
	if id == "" {
		id = bodyString(req.Body, h.EventIDField)
	}
	switch {
	case id == "":
		return digest(req.Body)
	case len(id) > maxEventIDBytes:
		return digest([]byte(id))
	}
	return id
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// message is the record of a verified delivery.
func message(in provider.Instance, h inbox.Handler, topic string, req fn.Request) (inbox.Message, error) {
	if len(topic) > maxTopicBytes {
		return inbox.Message{}, fault.New(fault.Invalid, "topic of %d bytes; at most %d", len(topic), maxTopicBytes).On("", "topic").Got(topic)
	}
	m := inbox.Message{
		Instance: in.ID, Provider: in.Provider, Topic: topic, EventID: eventID(h, req),
		Transformation: h.Transformation, Fetch: h.Fetch,
	}
	m.ID = inbox.ID(m.Instance, m.Topic, m.EventID)
	if h.Ignore {
		m.State = inbox.Ignored
	}
	size := 0
	for _, name := range h.DocumentHeader {
		name = strings.ToLower(name)
		value, ok := req.Header[name]
		if !ok {
			continue
		}
		if m.Headers == nil {
			m.Headers = make(map[string]string, len(h.DocumentHeader))
		}
		m.Headers[name] = value
		size += len(value)
	}
	if size > maxHeaderBytes {
		return inbox.Message{}, fault.New(fault.TooLarge, "headers of %d bytes; at most %d are kept", size, maxHeaderBytes)
	}
	return m, nil
}
