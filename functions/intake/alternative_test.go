package intake

import (
	"encoding/base64"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
)

// A handler with two ways to verify takes the one that its instance has secrets
// for, and not the other.
func TestASenderProvesItselfInOneOfTwoWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	signature := sign("first", `{}`)
	password := "Basic " + base64.StdEncoding.EncodeToString([]byte("ed:pass:word"))
	refused(t, w, w.post(t, "signer", "", []byte(`{}`), "Authorization", password), 401, fault.Unauthorized)
	refused(t, w, w.post(t, "signer", "", []byte(`{}`), "X-Shop-Hmac", sign("pass:word", `{}`)), 401, fault.Unauthorized)
	refused(t, w, w.post(t, "knower", "", []byte(`{}`), "X-Shop-Hmac", signature), 401, fault.Unauthorized)
	refused(t, w, w.post(t, "knower", "", []byte(`{}`), "X-Shop-Hmac", sign("", `{}`)), 401, fault.Unauthorized)
	refused(t, w, w.post(t, "knower", "", []byte(`{}`)), 401, fault.Unauthorized)
	if a := w.post(t, "signer", "", []byte(`{}`), "X-Shop-Hmac", signature); a.Status != 202 {
		t.Error(a.Raw)
	}
	if a := w.post(t, "knower", "", []byte(`{}`), "Authorization", password); a.Status != 202 {
		t.Error(a.Raw)
	}
}
