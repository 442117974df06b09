package webhook

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/url"
	"strconv"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
	"github.com/orderloom/orderloom/shared/provider"
)

// Headers of what is posted.
const (
	SignatureHeader = "X-Orderloom-Signature" // t=<seconds>,v1=<hex>: see Sign
	KeyHeader       = "Idempotency-Key"       // the same for every attempt
)

// Sign is the signature of a body that is sent at a time in seconds since 1970:
// HMAC-SHA256 of "<seconds>.<body>". The time is in it so that what somebody
// overheard cannot be sent again much later.
func Sign(secret string, seconds int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	t := strconv.FormatInt(seconds, 10)
	mac.Write(append([]byte(t+"."), body...))
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// send posts the filled template and decodes the answer into out, nil to drop it.
func send(ctx context.Context, c provider.Call, in PostParameters, out any) error {
	if err := private(c.Instance); err != nil {
		return err
	}
	body, err := filled(c, in.Body)
	if err != nil {
		return err
	}
	secret, err := c.Instance.Secret(ctx, c.Deps.Secrets, paramSecret)
	if err != nil {
		return err
	}
	header := map[string]string{KeyHeader: c.Key, SignatureHeader: Sign(secret, c.Deps.Clock.Now().Unix(), body)}
	return c.Client.JSON(ctx, "POST", cmp.Or(in.Path, "/"), header, body, out)
}

// private refuses an address at which others could read along.
func private(in provider.Instance) error {
	raw, err := in.Parameter("baseUrl")
	if err != nil {
		return err
	}
	u, err := url.Parse(raw)
	if err == nil && (u.Scheme == "https" || loopback(u.Hostname())) {
		return nil
	}
	return fault.New(fault.Misconfigured, "baseUrl is neither https nor on this machine").On(in.ID, "parameters.baseUrl").Got(raw).Do("Use an address that begins with https://")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// filled fills the template from the order. The compiler has checked it; a
// machine of an older Orderloom may carry one that is wrong by now.
func filled(c provider.Call, body policy.TemplateText) (json.RawMessage, error) {
	p := jsondoc.Parse([]byte(`{"body":` + string(body) + `}`))
	if p.Root == nil || p.Root.Get("body") == nil {
		return nil, fault.New(fault.Invalid, "the step has no body to post").On(c.Status.Order, "parameters.body").Do("Give the step a body")
	}
	t := policy.ParseTemplate(p, p.Root.Get("body"), event.FulfillmentOrder)
	if problems := p.Problems(); len(problems) > 0 {
		return nil, fault.Wrap(problems, fault.Invalid, "reading the body to post").On(c.Status.Order, "parameters.body")
	}
	var about string
	if c.FulfillmentOrder != nil {
		about = c.FulfillmentOrder.ID
	}
	return t.Fill(policy.FulfillmentOrderRecord(&c.Order, &c.Status, about, c.Deps.Clock.Now()))
}
