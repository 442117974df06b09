package engine

import (
	"bytes"
	"encoding/json"
)

// record is a state machine as it is kept on disk.
type record struct {
	ARN        string            `json:"arn"`
	Name       string            `json:"name"`
	Type       MachineType       `json:"type"`
	Role       string            `json:"role"`
	Definition string            `json:"definition"` // hash
	Revision   string            `json:"revision"`   // "" until the first change
	Created    int64             `json:"created"`
	Updated    int64             `json:"updated"`
	Tags       map[string]string `json:"tags,omitempty"`
	Versions   []versionRecord   `json:"versions,omitempty"` // oldest first
	Numbered   int               `json:"numbered,omitempty"` // highest number ever given
	Aliases    []aliasRecord     `json:"aliases,omitempty"`  // by name
	Deleting   bool              `json:"deleting,omitempty"`
	Settings
}

// Settings mean something only on AWS. They are kept and shown as they were
// given, in AWS's JSON: whoever reads back what was set finds it.
type Settings struct {
	Logging json.RawMessage `json:"logging,omitempty"`
	Tracing json.RawMessage `json:"tracing,omitempty"`
}

func (s Settings) equal(other Settings) bool {
	return bytes.Equal(s.Logging, other.Logging) && bytes.Equal(s.Tracing, other.Tracing)
}

// with are the settings after an update: what it leaves out stays.
func (s Settings) with(update Settings) Settings {
	if update.Logging != nil {
		s.Logging = update.Logging
	}
	if update.Tracing != nil {
		s.Tracing = update.Tracing
	}
	return s
}

type versionRecord struct {
	Number      int    `json:"number"`
	Definition  string `json:"definition"`
	Role        string `json:"role"`
	Revision    string `json:"revision"`
	Description string `json:"description,omitempty"`
	Created     int64  `json:"created"`
}

type aliasRecord struct {
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Routes      []Route `json:"routes"`
	Created     int64   `json:"created"`
	Updated     int64   `json:"updated"`
}
