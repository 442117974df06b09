package template_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/template"
)

const root = `
Parameters:
  Stage: {Type: String, Default: dev}
Globals:
  Function:
    Timeout: 30
    MemorySize: 256
    Environment: {Variables: {TABLE_NAME: !Ref Table, STAGE: !Ref Stage}}
Resources:
  Table: {Type: "AWS::DynamoDB::Table", Properties: {TableName: !Ref AWS::StackName}}
  Bus: {Type: "AWS::Events::EventBus", Properties: {Name: !Sub "${AWS::StackName}-bus"}}
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-api"
      Timeout: 5
      Environment: {Variables: {OWN: !Sub ["${A}-${AWS::Region}", {A: x}]}}
      Events:
        Get: {Type: HttpApi, Properties: {Method: get, Path: "/orders/{id}"}}
        Hourly: {Type: Schedule, Properties: {Schedule: rate(2 hours)}}
        Happened: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {detail-type: [Happened], source: [!Ref AWS::StackName]}}}
  Stream:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-stream"
      Events:
        Changes: {Type: DynamoDB, Properties: {BatchSize: 10, FilterCriteria: {Filters: [{Pattern: '{"a":["b"]}'}]}}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: !Sub "${AWS::StackName}-m"
      Type: EXPRESS
      DefinitionUri: statemachines/m/statemachine.asl.json
      DefinitionSubstitutions: {ApiFunction: !Ref ApiFunction}
      Events:
        Start: {Type: EventBridgeRule, Properties: {Pattern: {detail-type: [Go]}, InputPath: $.detail}}
  Shop:
    Type: AWS::Serverless::Application
    Properties: {Location: shop/template.yaml, Parameters: {Stack: !Ref AWS::StackName, TableName: !Ref Table}}
`

const included = `
Parameters: {Stack: {Type: String}, TableName: {Type: String}}
Resources:
  ShopFunction:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: !Sub "${Stack}-shop", Timeout: 7, Environment: {Variables: {TABLE: !Ref TableName}}}
`

func read(files map[string]string) (template.Template, error) {
	project := fstest.MapFS{}
	for name, text := range files {
		project[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return template.Read(project, "demo")
}

func TestReadsWhatOurTemplatesUse(t *testing.T) {
	t.Parallel()
	got, err := read(map[string]string{"template.yaml": root, "shop/template.yaml": included})
	if err != nil {
		t.Fatal(err)
	}
	want := template.Template{
		Functions: []template.Function{
			{
				LogicalID: "ApiFunction", Name: "demo-api", Timeout: 5 * time.Second, MemoryMB: 256,
				Environment: map[string]string{"TABLE_NAME": "demo", "STAGE": "dev", "OWN": "x-us-east-1"},
				Routes:      []fn.Route{{Method: "GET", Path: "/orders/{id}"}}, Schedules: []time.Duration{2 * time.Hour},
				Rules: []template.Rule{{LogicalID: "ApiFunctionHappened", Bus: "demo-bus", Pattern: []byte(`{"detail-type":["Happened"],"source":["demo"]}`)}},
			},
			{LogicalID: "ShopFunction", Name: "demo-shop", Timeout: 7 * time.Second, Environment: map[string]string{"TABLE": "demo"}},
			{
				LogicalID: "Stream", Name: "demo-stream", Timeout: 30 * time.Second, MemoryMB: 256, Environment: map[string]string{"TABLE_NAME": "demo", "STAGE": "dev"},
				Stream: &template.Stream{Batch: 10, Filters: []json.RawMessage{[]byte(`{"a":["b"]}`)}},
			},
		},
		Machines: []template.Machine{{
			LogicalID: "Machine", Name: "demo-m", File: "statemachines/m/statemachine.asl.json", Express: true, Substitutions: map[string]string{"ApiFunction": "demo-api"},
			Rules: []template.Rule{{LogicalID: "MachineStart", Pattern: []byte(`{"detail-type":["Go"]}`), InputPath: "$.detail"}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestWhatCannotRunHereIsAnErrorThatNamesIt(t *testing.T) {
	t.Parallel()
	event := func(e string) string {
		return "Resources: {F: {Type: 'AWS::Serverless::Function', Properties: {Events: {E: " + e + "}}}}"
	}
	for name, c := range map[string]struct{ text, want string }{
		"not YAML":           {"a: [", "is not a template"},
		"no mapping":         {"- a", "is a mapping"},
		"alias":              {"a: &x 1\nb: *x", "no aliases"},
		"unknown event":      {event("{Type: SQS}"), "SQS"},
		"cron":               {event("{Type: Schedule, Properties: {Schedule: 'cron(0 1 * * ? *)'}}"), "is not a rate"},
		"timeout no number":  {"Resources: {F: {Type: 'AWS::Serverless::Function', Properties: {Timeout: soon}}}", "soon"},
		"include is missing": {"Resources: {A: {Type: 'AWS::Serverless::Application', Properties: {Location: gone.yaml}}}", "gone.yaml"},
		"includes itself":    {"Resources: {A: {Type: 'AWS::Serverless::Application', Properties: {Location: template.yaml}}}", "include each other"},
	} {
		if _, err := read(map[string]string{"template.yaml": c.text}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want it to name %q", name, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(root)
	f.Add(included)
	f.Add("a: !Sub [x, {y: z}]")
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = read(map[string]string{"template.yaml": text}) // must not panic
	})
}
