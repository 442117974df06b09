package intake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
)

// timestampWindow is how far a signed timestamp may be from now.
const timestampWindow = 5 * time.Minute

// verify succeeds when one of the proofs holds. A wrong signature, a missing
// one, a stale one and an instance without secrets answer alike.
func (w webhook) verify(ctx context.Context, in provider.Instance, proofs []inbox.Verification, req fn.Request) error {
	verified := false
	for _, p := range proofs {
		secrets, err := w.secrets(ctx, in, p.Secrets)
		if err != nil {
			return err
		}
		users, err := w.users(ctx, in, p.User)
		if err != nil {
			return err
		}
		if w.holds(p, secrets, users, req) {
			verified = true
		}
	}
	if !verified {
		return fault.New(fault.Unauthorized, "the signature or the credentials of the delivery do not verify").Do("Compare the secret at the sender with the instance's")
	}
	return nil
}

// secrets resolves those of the named parameters that are set. An empty value
// counts as not set: anybody can sign with an empty key.
func (w webhook) secrets(ctx context.Context, in provider.Instance, names []string) ([]string, error) {
	var all []string
	for _, name := range names {
		if in.Secrets[name] == "" {
			continue
		}
		value, err := in.Secret(ctx, w.deps.Secrets, name)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Misconfigured) {
			w.deps.Log.ErrorContext(ctx, "secret of a provider instance cannot be read", "instance", in.ID, "parameter", name)
			continue
		}
		if err != nil {
			return nil, err
		}
		if value != "" {
			all = append(all, value)
		}
	}
	return all, nil
}

// users resolves the parameter that holds the user name, open or secret.
func (w webhook) users(ctx context.Context, in provider.Instance, name string) ([]string, error) {
	if v := in.Parameters[name]; v != "" {
		return []string{v}, nil
	}
	return w.secrets(ctx, in, []string{name})
}

func (w webhook) holds(p inbox.Verification, secrets, users []string, req fn.Request) bool {
	switch p.Scheme {
	case inbox.HMACSHA256:
		return w.signed(p, secrets, req)
	case inbox.Basic:
		user, password, ok := basic(req.Header["authorization"])
		return ok && same(user, users) && same(password, secrets)
	case inbox.SecretPath:
		return same(req.Params["secret"], secrets)
	}
	return false
}

// signed checks an HMAC over the raw bytes; every secret is tried whatever the
// others said, and each comparison takes the same time.
func (w webhook) signed(p inbox.Verification, secrets []string, req fn.Request) bool {
	given, ok := decodeSignature(p.Encoding, req.Header[strings.ToLower(p.Header)])
	if !ok {
		return false
	}
	prefix := ""
	if p.Timestamp != "" {
		prefix = req.Header[strings.ToLower(p.Timestamp)]
		at, ok := parseTimestamp(prefix)
		if !ok || w.deps.Clock.Now().Sub(at).Abs() > timestampWindow {
			return false
		}
		prefix += "."
	}
	found := false
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(prefix))
		mac.Write(req.Body)
		if hmac.Equal(mac.Sum(nil), given) {
			found = true
		}
	}
	return found
}

func decodeSignature(encoding, text string) ([]byte, bool) {
	var mac []byte
	var err error
	if encoding == "hex" {
		mac, err = hex.DecodeString(text)
	} else {
		mac, err = base64.StdEncoding.Strict().DecodeString(text)
	}
	return mac, err == nil && len(mac) == sha256.Size
}

func parseTimestamp(text string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}

func basic(header string) (user, password string, ok bool) {
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "basic") {
		return "", "", false
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(data), ":")
}

// same reports whether given is one of the valid values. Hashes are compared,
// so that the time tells neither content nor length.
func same(given string, valid []string) bool {
	sum, found := sha256.Sum256([]byte(given)), 0
	for _, v := range valid {
		want := sha256.Sum256([]byte(v))
		found |= subtle.ConstantTimeCompare(sum[:], want[:])
	}
	return found == 1
}
