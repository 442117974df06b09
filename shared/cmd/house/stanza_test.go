package house

import (
	"fmt"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
)

// stanza is the resource that a template needs for a function. Which records and
// services it may touch, its author adds.
func stanza(f fn.Function, stackRef string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %s:\n    Type: AWS::Serverless::Function\n    Metadata: {BuildMethod: makefile}\n    Properties:\n", fn.LogicalID(f.ID))
	fmt.Fprintf(&b, "      FunctionName: !Sub %q\n      Timeout: %d\n", fn.PhysicalName("${"+stackRef+"}", f.ID), int(f.Timeout.Seconds()))
	if f.MemoryMB != 0 {
		fmt.Fprintf(&b, "      MemorySize: %d\n", f.MemoryMB)
	}
	b.WriteString("      Policies:\n        - Statement: [] # what it may touch\n")
	if events := events(f.Trigger); events != "" {
		b.WriteString("      Events:\n" + events)
	}
	return b.String()
}

func events(t fn.Trigger) string {
	var b strings.Builder
	for _, r := range t.Routes {
		fmt.Fprintf(&b, "        %s:\n          Type: HttpApi\n          Properties: {ApiId: !Ref Api, Method: %s, Path: %q}\n", eventName(r.Path), r.Method, r.Path)
	}
	if t.Stream {
		b.WriteString("        Changes:\n          Type: DynamoDB\n          Properties: # as those of orders/publish\n            Stream: !GetAtt Table.StreamArn\n")
	}
	if t.Rule != "" {
		fmt.Fprintf(&b, "        %s:\n          Type: EventBridgeRule\n          Properties: {EventBusName: !Ref Bus, Pattern: {detail-type: [%s]}, DeadLetterConfig: {Arn: !GetAtt DeadLetters.Arn}}\n",
			strings.ReplaceAll(t.Rule, " ", ""), t.Rule)
	}
	if t.Source != "" {
		fmt.Fprintf(&b, "        External:\n          Type: EventBridgeRule\n          Properties: {EventBusName: !Ref Bus, Pattern: {source: [%s]}, DeadLetterConfig: {Arn: !GetAtt DeadLetters.Arn}}\n", t.Source)
	}
	if t.Bindings {
		fmt.Fprintf(&b, "        Bound:\n          Type: EventBridgeRule\n          Properties: {EventBusName: !Ref Bus, Pattern: {source: [orderloom.orders], detail-type: [%s]}, DeadLetterConfig: {Arn: !GetAtt DeadLetters.Arn}}\n", strings.Join(bound(), ", "))
	}
	if t.Schedule > 0 {
		fmt.Fprintf(&b, "        Clock:\n          Type: Schedule\n          Properties: {Schedule: %s}\n", rate(t.Schedule))
	}
	return b.String()
}

func rate(d time.Duration) string {
	if d == time.Minute {
		return "rate(1 minute)"
	}
	return fmt.Sprintf("rate(%d minutes)", int(d.Minutes()))
}

// eventName makes an event's name of a path: /api/orders/{id} → ApiOrdersById.
func eventName(path string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' }) {
		if inner, ok := strings.CutPrefix(part, "{"); ok {
			part = "By" + strings.ToUpper(inner[:1]) + strings.TrimSuffix(inner[1:], "}")
		}
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	if b.Len() == 0 {
		return "Home"
	}
	return b.String()
}
