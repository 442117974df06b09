package dynamo

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// fail turns an error of the SDK into a fault that says what to do.
func (s *Store) fail(ctx context.Context, err error, doing string, key table.Key) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if fault.Code(err) != fault.Internal {
		return err
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return fault.Wrap(err, fault.Unavailable, "DynamoDB does not answer, cannot %s", doing).On(key.String(), "")
	}
	code, hint := fault.Unavailable, ""
	switch api.ErrorCode() {
	case "ValidationException":
		return refusal(api.ErrorMessage(), key)
	case "ResourceNotFoundException":
		code, hint = fault.Misconfigured, "Check the name of the table and the region"
	case "AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException", "MissingAuthenticationTokenException":
		code, hint = fault.Misconfigured, "Check the credentials and the policy of the function"
	}
	return fault.Wrap(err, code, "cannot %s in table %s", doing, *s.name).On(key.String(), "").Do(hint)
}

// refusal is what DynamoDB says about an argument that passed the port's own
// checks because it depends on the stored item.
func refusal(message string, key table.Key) error {
	code := fault.Invalid
	if strings.Contains(strings.ToLower(message), "size") {
		code = fault.TooLarge
	}
	return fault.New(code, "DynamoDB refuses: %s", message).On(key.String(), "")
}

// inTheWay reports whether another writer was in the way: worth another try.
func inTheWay(err error) bool {
	if _, ok := errors.AsType[*types.TransactionConflictException](err); ok {
		return true
	}
	_, ok := errors.AsType[*types.TransactionInProgressException](err)
	return ok
}

func conflict(key table.Key) error {
	return fault.New(fault.Conflict, "other writers were in the way %d times", attempts).On(key.String(), "").
		Do("The call can be repeated")
}

func throttled(doing string, key table.Key) error {
	return fault.New(fault.Unavailable, "DynamoDB throttles, cannot %s", doing).On(key.String(), "").
		Do("The call can be repeated; check the capacity of the table")
}
