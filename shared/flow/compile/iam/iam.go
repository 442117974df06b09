// Package iam works out the rights that a compiled machine needs: exactly the
// functions, buses, queues and machines that its states call. It only says so;
// nothing is created from it.
package iam

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/compile/states"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Document is a policy document of IAM. Placeholders in "${…}" are those of
// CloudFormation's Sub.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement allows actions on resources.
type Statement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource []string
}

const (
	lambdaPrefix = "arn:aws:states:::lambda:invoke"
	eventsPrefix = "arn:aws:states:::events:putEvents"
	queuePrefix  = "arn:aws:states:::sqs:sendMessage"
	startPrefix  = "arn:aws:states:::states:startExecution"
	syncPrefix   = "arn:aws:states:::aws-sdk:sfn:startSyncExecution"

	here = "${AWS::Region}:${AWS::AccountId}"
	// With .sync Step Functions watches what it started through this rule.
	watchRule = "arn:${AWS::Partition}:events:" + here + ":rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
)

// Of returns the least that the machine and its children, which run under the
// same role, need. The catalog gives the functions their names.
func Of(machine []byte, catalog *flow.Catalog, children ...compile.Child) (Document, error) {
	g := grants{catalog: catalog, children: children, by: map[string]map[string]bool{}}
	if err := g.read(machine); err != nil {
		return Document{}, err
	}
	for _, c := range children {
		if err := g.read(c.Machine); err != nil {
			return Document{}, err
		}
	}
	return g.document(), nil
}

// JSON writes the document for people and for aws iam put-role-policy.
func (d Document) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "encoding the policy document")
	}
	return b.Bytes(), nil
}

// grants collects resources by action.
type grants struct {
	catalog  *flow.Catalog
	children []compile.Child
	by       map[string]map[string]bool
}

func (g *grants) read(machine []byte) error {
	root, err := states.Read(machine)
	if err != nil {
		return err
	}
	for st := range root.All {
		if err := g.add(st); err != nil {
			return err
		}
	}
	return nil
}

func (g *grants) allow(action, resource string) {
	if g.by[action] == nil {
		g.by[action] = map[string]bool{}
	}
	g.by[action][resource] = true
}

func (g *grants) add(st states.State) error {
	arguments := st.Node.Get("Arguments")
	switch {
	case st.Type != "Task":
	case strings.HasPrefix(st.Resource, lambdaPrefix):
		g.allow("lambda:InvokeFunction", g.function(states.Text(arguments.Get("FunctionName"))))
	case strings.HasPrefix(st.Resource, eventsPrefix):
		for _, bus := range buses(arguments.Get("Entries")) {
			g.allow("events:PutEvents", bus)
		}
	case strings.HasPrefix(st.Resource, queuePrefix):
		g.allow("sqs:SendMessage", states.Text(arguments.Get("QueueUrl")))
	case strings.HasPrefix(st.Resource, startPrefix):
		g.start(st, states.Text(arguments.Get("StateMachineArn")))
	case strings.HasPrefix(st.Resource, syncPrefix):
		g.run(states.Text(arguments.Get("StateMachineArn")))
	default:
		return fault.New(fault.Internal, "no right is known for what state %q calls, %s", st.Name, st.Resource).
			Do("Add it to package iam: a machine must not get a right that nobody chose")
	}
	return nil
}

// run allows to run an Express machine. The versions of a child have its name,
// which begins otherwise when the console owns the flow.
func (g *grants) run(machine string) {
	for _, c := range g.children {
		if machine == "${"+c.Placeholder+"}" {
			for _, owner := range []string{"", "flow-"} {
				g.allow("states:StartSyncExecution", "arn:${AWS::Partition}:states:"+here+":stateMachine:${AWS::StackName}-"+owner+c.Name+":*")
			}
			return
		}
	}
	g.allow("states:StartSyncExecution", machine)
}

// start allows to start a machine and, with .sync, to follow it to its end.
func (g *grants) start(st states.State, machine string) {
	g.allow("states:StartExecution", machine)
	if !strings.Contains(st.Resource, ".sync") {
		return
	}
	executions := strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":*"
	g.allow("states:DescribeExecution", executions)
	g.allow("states:StopExecution", executions)
	for _, action := range []string{"events:PutTargets", "events:PutRule", "events:DescribeRule"} {
		g.allow(action, watchRule)
	}
}

// function is the ARN of an invoked function. One that the catalog has gets the
// name that it is deployed under; another one stands as the machine names it.
func (g *grants) function(name string) string {
	id := states.Placeholder(name)
	for _, f := range g.catalog.Functions {
		if fn.LogicalID(f.ID) == id {
			return "arn:${AWS::Partition}:lambda:" + here + ":function:" + fn.PhysicalName("${AWS::StackName}", f.ID)
		}
	}
	if strings.HasPrefix(name, "arn:") || id != "" {
		return name
	}
	return "arn:${AWS::Partition}:lambda:" + here + ":function:" + name
}

// buses lists the buses that entries are put on; without a name it is the
// account's own.
func buses(entries *jsondoc.Node) []string {
	var all []string
	if entries == nil || len(entries.Items) == 0 {
		return []string{"arn:${AWS::Partition}:events:" + here + ":event-bus/default"}
	}
	for _, e := range entries.Items {
		name := states.Text(e.Get("EventBusName"))
		switch {
		case name == "":
			name = "default"
		case strings.HasPrefix(name, "arn:"):
			all = append(all, name)
			continue
		}
		all = append(all, "arn:${AWS::Partition}:events:"+here+":event-bus/"+name)
	}
	return all
}

// document has one statement for each service and set of resources, in the
// order of their actions.
func (g *grants) document() Document {
	d := Document{Version: "2012-10-17", Statement: []Statement{}}
	for _, action := range slices.Sorted(maps.Keys(g.by)) {
		resources := slices.Sorted(maps.Keys(g.by[action]))
		if n := len(d.Statement); n > 0 && slices.Equal(d.Statement[n-1].Resource, resources) {
			d.Statement[n-1].Action = append(d.Statement[n-1].Action, action)
			continue
		}
		_, verb, _ := strings.Cut(action, ":")
		d.Statement = append(d.Statement, Statement{Sid: verb, Effect: "Allow", Action: []string{action}, Resource: resources})
	}
	return d
}
