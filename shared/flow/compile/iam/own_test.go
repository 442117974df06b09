package iam_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/compile/iam"
)

// Of the functions of the user's own the machine may call exactly those that the
// drawing names, by the alias that it names.
func TestExactlyTheOwnFunctionsThatAreNamed(t *testing.T) {
	t.Parallel()
	const document = `{"format": "1.0", "id": "a", "title": "A", "type": "order", "entry": {"event": "OrderReceived"}, "start": "s1", "steps": [
		{"id": "s1", "name": "Gift", "type": "lambda", "arn": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:orderloom-action-gift:live", "next": "s2"},
		{"id": "s2", "name": "Check", "type": "lambda", "arn": "arn:aws:lambda:eu-west-1:123456789012:function:check", "next": "end"},
		{"id": "end", "name": "End", "type": "end"}]}`
	result, problems := compile.Compile([]byte(document), catalog(t), nil)
	if problems != nil {
		t.Fatal(problems)
	}
	d, err := iam.Of(result.Machine, catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	own := "arn:${AWS::Partition}:lambda:" + here + ":function:"
	want := []string{own + "${AWS::StackName}-inventory-release", own + "${AWS::StackName}-orders-apply-event", own + "${AWS::StackName}-orders-raise-exception", own + "orderloom-action-gift:live", "arn:aws:lambda:eu-west-1:123456789012:function:check"}
	if diff := cmp.Diff(want, d.Statement[0].Resource); diff != "" || len(d.Statement) != 1 {
		t.Errorf("%s\n%+v", diff, d)
	}
}
