package inbox

// Handler says how messages of some topics are verified and what happens to
// them. The first handler whose topic matches is taken.
type Handler struct {
	Topic          string        `json:"topic"`                 // exact, or "*"
	TopicHeader    string        `json:"topicHeader,omitempty"` // request header that carries the topic
	TopicField     string        `json:"topicField,omitempty"`  // or gjson path in the body
	EventIDHeader  string        `json:"eventIdHeader,omitempty"`
	MessageID      string        `json:"messageIdHeader,omitempty"` // taken where there is no event id
	EventIDField   string        `json:"eventIdField,omitempty"`    // or gjson path in the body; without any, the hash of the body
	DocumentHeader []string      `json:"documentHeaders,omitempty"` // request headers kept beside the message
	Verification   Verification  `json:"verification"`
	Alternative    *Verification `json:"alternative,omitempty"` // or this one: whichever the instance has secrets for
	Transformation string        `json:"transformation"`        // function id
	Fetch          string        `json:"fetch,omitempty"`       // function id that fetches the document first
	Ignore         bool          `json:"ignore,omitempty"`      // verified, stored, nothing follows
}

// Scheme is how the sender proves who it is.
type Scheme string

const (
	HMACSHA256 Scheme = "hmac-sha256" // over the raw body; the signature is in Header
	Basic      Scheme = "basic"       // HTTP basic credentials
	SecretPath Scheme = "secret-path" // the last path segment is a secret; only ids of the body are trusted and the document is fetched back
)

// Verification of one handler. Secrets names the parameters whose values are
// valid; two can be active at once, so that a secret can be changed.
type Verification struct {
	Scheme   Scheme   `json:"scheme"`
	Header   string   `json:"header,omitempty"`
	Encoding string   `json:"encoding,omitempty"` // base64 or hex
	Secrets  []string `json:"secrets"`
	User     string   `json:"user,omitempty"` // basic: parameter that holds the user name
	// Timestamp names a header (seconds since 1970 or RFC 3339) that the
	// signature covers: it is then over the header's text, a dot and the raw
	// body. Only then does a window of five minutes apply.
	Timestamp string `json:"timestamp,omitempty"`
}
