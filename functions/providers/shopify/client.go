package shopify

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/provider"
)

// shop speaks to the GraphQL Admin API of one instance.
type shop struct {
	client *provider.Client
	path   string
	header map[string]string
	record string // that faults are about
}

func newShop(ctx context.Context, c provider.Call) (shop, error) {
	token, err := c.Instance.Secret(ctx, c.Deps.Secrets, paramAccessToken)
	if err != nil {
		return shop{}, err
	}
	version := c.Instance.Parameters[paramAPIVersion]
	if version == "" {
		version = DefaultAPIVersion
	}
	return shop{
		client: c.Client, path: "/admin/api/" + version + "/graphql.json",
		header: map[string]string{"X-Shopify-Access-Token": token}, record: c.Status.Order,
	}, nil
}

type graphRequest struct {
	Query         string `json:"query"`
	OperationName string `json:"operationName"`
	Variables     any    `json:"variables"`
}

type graphError struct {
	Message    string `json:"message"`
	Extensions struct {
		Code string `json:"code"`
	} `json:"extensions"`
}

// ask runs one operation. GraphQL answers 200 whatever happens: what went wrong
// stands in the answer.
func (s shop) ask(ctx context.Context, operation, query string, variables, out any) error {
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors json.RawMessage `json:"errors"`
	}
	err := s.client.JSON(ctx, "POST", s.path, s.header, graphRequest{query, operation, variables}, &answer)
	if err != nil {
		return err
	}
	if len(answer.Errors) > 0 && string(answer.Errors) != "null" {
		return s.failed(operation, answer.Errors)
	}
	if err := json.Unmarshal(answer.Data, out); err != nil {
		return fault.Wrap(err, fault.Refused, "%s: the shop's answer is not what was asked for", operation).On(s.record, "")
	}
	return nil
}

// failed makes a fault of an answer's errors: a list, or only a text.
func (s shop) failed(operation string, raw json.RawMessage) error {
	var list []graphError
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return fault.New(fault.Refused, "%s: the shop answered with errors", operation).On(s.record, "errors").Got(string(raw))
	}
	texts := make([]string, len(list))
	code := fault.Unavailable // unless one error says that asking again is no use
	for i, e := range list {
		texts[i] = e.Message
		if !temporary(e.Extensions.Code) {
			code = fault.Refused
		}
	}
	f := fault.New(code, "%s: %s", operation, strings.Join(texts, "; ")).On(s.record, "")
	if list[0].Extensions.Code == "ACCESS_DENIED" {
		return f.Do("Give the app the scopes to read orders and to write merchant-managed fulfillment orders")
	}
	return f
}

func temporary(code string) bool {
	return code == "THROTTLED" || code == "INTERNAL_SERVER_ERROR" || code == "TIMEOUT" || code == "SERVICE_UNAVAILABLE"
}

// userError is a refusal of a mutation.
type userError struct {
	Field   []string `json:"field"`
	Message string   `json:"message"`
}

func (s shop) refused(operation string, all []userError) error {
	if len(all) == 0 {
		return nil
	}
	texts := make([]string, len(all))
	for i, e := range all {
		texts[i] = e.Message
		if len(e.Field) > 0 {
			texts[i] = strings.Join(e.Field, ".") + ": " + e.Message
		}
	}
	return fault.New(fault.Refused, "%s: %s", operation, strings.Join(texts, "; ")).On(s.record, strings.Join(all[0].Field, ".")).
		Do("Compare the order's fulfillments in the shop, then reprocess or skip the step")
}

// gid is the global id of a record that webhooks name by a number.
func gid(kind, id string) string { return "gid://shopify/" + kind + "/" + id }

// number is the id at the end of a global id.
func number(gid string) string { return gid[strings.LastIndexByte(gid, '/')+1:] }
