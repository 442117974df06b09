package flow

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// CallFunction calls a function of the user's own.
const CallFunction StepType = "lambda"

// HereARN begins the ARN of a function in the account and region in which
// Orderloom itself runs, as CloudFormation writes it.
const HereARN = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"

var (
	functionARN = regexp.MustCompile(`^(?:arn:aws(?:-[a-z]+)*:lambda:[a-z]{2}(?:-[a-z]+)+-[0-9]:[0-9]{12}:function:|` + regexp.QuoteMeta(HereARN) + `)[A-Za-z0-9_-]{1,64}(?::(?:\$LATEST|[A-Za-z0-9_-]{1,128}))?$`)
	failureCode = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,99}$`)
)

// maxCodes is how many failures of its own a function can have tried again.
const maxCodes = 20

// callFunction reads which function a step calls, and what of its failures passes.
func (r *reader) callFunction(s *Step, n *jsondoc.Node) {
	if s.ARN = r.NeedText(n, "arn"); s.ARN != "" && !functionARN.MatchString(s.ARN) {
		r.At(n.Get("arn"), jsondoc.InvalidValue, "%q is not the ARN of a Lambda function | Write e.g. arn:aws:lambda:us-east-1:123456789012:function:orderloom-action-gift:live, or %sorderloom-action-gift for one beside Orderloom", s.ARN, HereARN)
	}
	r.parameters(s, n)
	if s.RetryOn = r.Texts(n, "retryOn"); len(s.RetryOn) > maxCodes {
		r.At(n.Get("retryOn"), jsondoc.InvalidValue, "at most %d failures are tried again", maxCodes)
	}
	for _, item := range r.List(n, "retryOn") {
		if item.Kind == jsondoc.String && (!failureCode.MatchString(item.Text) || strings.HasPrefix(item.Text, "States.")) {
			r.At(item, jsondoc.InvalidValue, "%q is not a failure that a function reports | Write the type of the error, e.g. ServiceBusy", item.Text)
		}
	}
}

func (r *reader) parameters(s *Step, n *jsondoc.Node) {
	if v := n.Get("parameters"); v != nil && r.Is(v, jsondoc.Object) {
		s.Parameters, _ = json.Marshal(v.Value()) // what was decoded from JSON always encodes
	}
}
