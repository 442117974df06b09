package asl

import (
	"strings"

	"github.com/orderloom/orderloom/shared/jsontree"
)

// Service is what a Task calls.
type Service string

// The services a Task can call in the local engine.
const (
	LambdaInvoke       Service = "lambda:invoke"                  // result wrapped in {Payload, StatusCode, …}
	LambdaFunction     Service = "lambda"                         // plain function ARN: arguments in, result out
	PutEvents          Service = "events:putEvents"               //
	SendMessage        Service = "sqs:sendMessage"                //
	StartExecution     Service = "states:startExecution"          // waits for the end with Resource.Sync
	StartSyncExecution Service = "aws-sdk:sfn:startSyncExecution" // an Express machine, to its end
)

// Resource is a parsed Resource field.
type Resource struct {
	ARN      string
	Service  Service
	Function string // LambdaFunction: the ARN
	Token    bool   // .waitForTaskToken
	Sync     bool   // .sync or .sync:2: the task ends when what it started does
	SyncJSON bool   // .sync:2: the result's Output is JSON; with .sync it is a text that holds JSON
}

// Type is what history calls resourceType, e.g. "lambda".
func (r Resource) Type() string {
	s := string(r.Service)
	return s[:max(strings.LastIndexByte(s, ':'), 0)]
}

// Label is what AWS's messages call the task: the function, or the type.
func (r Resource) Label() string {
	if r.Service == LambdaFunction {
		return r.ARN
	}
	return r.Type()
}

// Action is what history calls resource, e.g. "invoke.waitForTaskToken".
func (r Resource) Action() string {
	s := string(r.Service)
	s = s[strings.LastIndexByte(s, ':')+1:]
	switch {
	case r.Token:
		s += tokenSuffix
	case r.SyncJSON:
		s += syncJSONSuffix
	case r.Sync:
		s += syncSuffix
	}
	return s
}

const (
	tokenSuffix       = ".waitForTaskToken"
	syncSuffix        = ".sync"
	syncJSONSuffix    = ".sync:2"
	integrationPrefix = "arn:aws:states:::"
)

func (p *parser) resource(at place, st *State, n *node) {
	v := n.Get("Resource")
	if v == nil {
		p.add(MissingField, at, n.Pos, "Resource is missing")
		return
	}
	if v.Kind != jsontree.String {
		p.wrongKind(at.in("Resource"), v, "a string")
		return
	}
	r, ok := parseResource(v.Text)
	if !ok {
		p.add(UnsupportedResource, at.in("Resource"), v.Pos, "the local engine cannot call %q; it has a Lambda function's ARN, lambda:invoke, events:putEvents, sqs:sendMessage and states:startExecution (all also with %s, the last also with %s and %s) and aws-sdk:sfn:startSyncExecution", v.Text, tokenSuffix, syncSuffix, syncJSONSuffix)
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
	if !r.Token {
		name, r.SyncJSON = strings.CutSuffix(name, syncJSONSuffix)
		name, r.Sync = strings.CutSuffix(name, syncSuffix)
		r.Sync = r.Sync || r.SyncJSON
	}
	r.Service = Service(name)
	switch r.Service {
	case StartExecution:
		return r, true
	case LambdaInvoke, PutEvents, SendMessage:
		return r, !r.Sync
	case StartSyncExecution:
		return r, !r.Sync && !r.Token
	}
	return r, false
}

// required reports arguments that the service cannot do without.
func (p *parser) required(at place, st *State, n *node) {
	need := map[Service]string{LambdaInvoke: "FunctionName", PutEvents: "Entries", SendMessage: "QueueUrl",
		StartExecution: "StateMachineArn", StartSyncExecution: "StateMachineArn"}[st.Resource.Service]
	field := p.own([]string{"Arguments"}, []string{"Parameters"})[0]
	args := n.Get(field)
	if need != "" && !p.has(args, need) {
		p.add(MissingField, at.in(field), n.Pos, "%s needs %s in %s", st.Resource.Service, need, field)
	}
	if st.Resource.Service == LambdaInvoke && args != nil {
		if t := args.Get("InvocationType"); t != nil && t.Text != "RequestResponse" && !isExpression(t.Text) {
			p.add(OnlyOnAWS, at.in(field).in("InvocationType"), t.Pos, "InvocationType %s works only on AWS", t.Text)
		}
	}
	if st.Resource.Token {
		p.passesToken(at.in(field), st, n)
	}
}

// has reports whether the arguments have a field, as far as can be known.
func (p *parser) has(args *node, field string) bool {
	switch {
	case p.paths:
		return args != nil && (args.Get(field) != nil || args.Get(field+".$") != nil)
	case args != nil && args.Kind == jsontree.String && isExpression(args.Text):
		return true
	}
	return args != nil && args.Get(field) != nil
}

// passesToken reports a task that waits for a token which nobody gets to know.
func (p *parser) passesToken(at place, st *State, n *node) {
	passes := false
	check := func(e *Expr) { passes = passes || e.mayReadToken() }
	st.Arguments.Each(check)
	if st.Arguments == nil {
		st.InputPath.Each(check)
	}
	if !passes {
		token := p.own([]string{"$states.context.Task.Token"}, []string{"$$.Task.Token"})[0]
		p.add(MissingTaskToken, at, n.Pos, "the task waits for its token, but nothing in %s passes %s on", lastField(at), token)
	}
}
