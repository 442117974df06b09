package asl

import "strings"

// Service is what a Task calls.
type Service string

// The services a Task can call in the local engine.
const (
	LambdaInvoke       Service = "lambda:invoke"                  // result wrapped in {Payload, StatusCode, …}
	LambdaFunction     Service = "lambda"                         // plain function ARN: arguments in, result out
	PutEvents          Service = "events:putEvents"               //
	StartExecution     Service = "states:startExecution"          // does not wait for the end
	StartSyncExecution Service = "aws-sdk:sfn:startSyncExecution" // an Express machine, to its end
)

// Resource is a parsed Resource field.
type Resource struct {
	ARN      string
	Service  Service
	Function string // LambdaFunction: the ARN
	Token    bool   // .waitForTaskToken
}

// Type is what history calls resourceType, e.g. "lambda".
func (r Resource) Type() string {
	s := string(r.Service)
	return s[:max(strings.LastIndexByte(s, ':'), 0)]
}

// Action is what history calls resource, e.g. "invoke.waitForTaskToken".
func (r Resource) Action() string {
	s := string(r.Service)
	s = s[strings.LastIndexByte(s, ':')+1:]
	if r.Token {
		s += tokenSuffix
	}
	return s
}

const (
	tokenSuffix       = ".waitForTaskToken"
	integrationPrefix = "arn:aws:states:::"
)

func (p *parser) resource(at place, st *State, n *node) {
	v := n.get("Resource")
	if v == nil {
		p.add(MissingField, at, n.pos, "Resource is missing")
		return
	}
	if v.kind != kindString {
		p.wrongKind(at.in("Resource"), v, "a string")
		return
	}
	r, ok := parseResource(v.text)
	if !ok {
		p.add(UnsupportedResource, at.in("Resource"), v.pos, "the local engine cannot call %q; it has lambda:invoke (also %s), a Lambda function's ARN, events:putEvents, states:startExecution and aws-sdk:sfn:startSyncExecution", v.text, tokenSuffix)
	}
	st.Resource = r
	p.required(at, st, n)
}

func parseResource(arn string) (Resource, bool) {
	r := Resource{ARN: arn}
	if strings.HasPrefix(arn, "arn:aws:lambda:") && strings.Contains(arn, ":function:") {
		r.Service, r.Function = LambdaFunction, arn
		return r, true
	}
	name, ok := strings.CutPrefix(arn, integrationPrefix)
	if !ok {
		return r, false
	}
	name, r.Token = strings.CutSuffix(name, tokenSuffix)
	r.Service = Service(name)
	switch r.Service {
	case LambdaInvoke:
		return r, true
	case PutEvents, StartExecution, StartSyncExecution:
		return r, !r.Token
	}
	return r, false
}

// required reports arguments that the service cannot do without.
func (p *parser) required(at place, st *State, n *node) {
	need := map[Service]string{LambdaInvoke: "FunctionName", PutEvents: "Entries",
		StartExecution: "StateMachineArn", StartSyncExecution: "StateMachineArn"}[st.Resource.Service]
	args := n.get("Arguments")
	whole := args != nil && args.kind == kindString && isExpression(args.text)
	if need != "" && !whole && (args == nil || args.get(need) == nil) {
		p.add(MissingField, at.in("Arguments"), n.pos, "%s needs %s in Arguments", st.Resource.Service, need)
	}
	if st.Resource.Service == LambdaInvoke && args != nil {
		if t := args.get("InvocationType"); t != nil && t.text != "RequestResponse" && !isExpression(t.text) {
			p.add(OnlyOnAWS, at.in("Arguments").in("InvocationType"), t.pos, "InvocationType %s works only on AWS", t.text)
		}
	}
	if !st.Resource.Token {
		return
	}
	found := false
	st.Arguments.Each(func(e *Expr) { found = found || e.mayReadToken() })
	if !found {
		p.add(MissingTaskToken, at.in("Arguments"), n.pos, "the task waits for its token, but nothing in Arguments passes $states.context.Task.Token on")
	}
}
