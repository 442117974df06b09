package engine

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/asl"
)

// says is a machine that yields a word.
func says(word string) []byte {
	return []byte(machine(`"A":{"Type":"Pass","Output":"` + word + `","End":true}`))
}

func TestCreateStateMachine(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	in := CreateMachine{Name: "m", Definition: says("one"), RoleARN: "role", Tags: map[string]string{"a": "1"}}
	m, err := r.CreateStateMachine(ctx, in)
	if err != nil || m.ARN != "arn:aws:states:us-east-1:000000000000:stateMachine:m" || m.Type != Standard || !m.Created.Equal(epoch) {
		t.Fatalf("%+v %v", m, err)
	}
	if again, err := r.CreateStateMachine(ctx, in); err != nil || again.RevisionID != m.RevisionID {
		t.Errorf("the same again: %+v %v", again, err)
	}
	for name, change := range map[string]func(*CreateMachine){
		"definition": func(c *CreateMachine) { c.Definition = says("two") },
		"type":       func(c *CreateMachine) { c.Type = Express },
	} {
		other := in
		change(&other)
		_, err := r.CreateStateMachine(ctx, other)
		if wantCode(t, err, ErrMachineAlreadyExists); t.Failed() {
			t.Fatal("with another", name)
		}
	}
	other := in
	other.RoleARN, other.Tags = "other", map[string]string{"b": "2"}
	if again, err := r.CreateStateMachine(ctx, other); err != nil || again.RoleARN != "role" {
		t.Errorf("role and tags do not make another machine, and are not taken: %+v %v", again, err)
	}
	if tags, _ := r.Tags(ctx, m.ARN); len(tags) != 1 || tags["a"] != "1" {
		t.Errorf("the tags are %v", tags)
	}
	_, err = r.CreateStateMachine(ctx, CreateMachine{Name: "b", Definition: says("one"), VersionDescription: "d"})
	wantCode(t, err, ErrValidation)
	_, err = r.CreateStateMachine(ctx, CreateMachine{Name: "a b", Definition: says("one")})
	wantCode(t, err, ErrInvalidName)
	_, err = r.CreateStateMachine(ctx, CreateMachine{Name: "b", Definition: says("one"), Type: "FAST"})
	wantCode(t, err, ErrValidation)
	_, err = r.CreateStateMachine(ctx, CreateMachine{Name: "b", Definition: []byte(`{}`)})
	wantCode(t, err, ErrInvalidDefinition)
	var problems asl.Problems
	if !errors.As(err, &problems) || len(problems) < 2 {
		t.Errorf("the problems are not in the error: %v", err)
	}
	_, err = r.CreateStateMachine(ctx, CreateMachine{Name: "b", Definition: []byte(ask), Type: Express})
	wantCode(t, err, ErrInvalidDefinition) // tokens
	wantCode(t, r.Validate([]byte(ask), Express), ErrInvalidDefinition)
	if err := r.Validate([]byte(ask), ""); err != nil {
		t.Error(err)
	}
	in.Definition[5] = '!' // the engine has its own copy
	if d, err := r.DescribeStateMachine(ctx, m.ARN); err != nil || string(d.Definition) != string(says("one")) {
		t.Errorf("%s %v", d.Definition, err)
	}
}

// An update is for executions that start from now on.
func TestUpdateStateMachine(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	two := func(word string) []byte {
		return []byte(machine(`"A":{"Type":"Wait","Seconds":60,"Output":"` + word + `","End":true}`))
	}
	arn := r.create(string(two("old")))
	running := r.start(arn, "running", `{}`)
	before, _ := r.DescribeStateMachine(ctx, arn)
	if _, err := r.UpdateStateMachine(ctx, UpdateMachine{ARN: arn, Definition: two("new")}); err != nil {
		t.Fatal(err)
	}
	after, _ := r.DescribeStateMachine(ctx, arn)
	if after.RevisionID == before.RevisionID || after.RoleARN != before.RoleARN {
		t.Errorf("%+v", after)
	}
	if got := outcome(r.finish(running)); got != `"old"` {
		t.Errorf("the running one yields %s", got)
	}
	if m, err := r.DescribeStateMachineForExecution(ctx, running); err != nil || string(m.Definition) != string(two("old")) {
		t.Errorf("it runs %s %v", m.Definition, err)
	}
	if got := outcome(r.finish(r.start(arn, "later", `{}`))); got != `"new"` {
		t.Errorf("a later one yields %s", got)
	}
	if _, err := r.UpdateStateMachine(ctx, UpdateMachine{ARN: arn, RoleARN: "other"}); err != nil {
		t.Fatal(err)
	}
	if m, _ := r.DescribeStateMachine(ctx, arn); m.RoleARN != "other" || string(m.Definition) != string(two("new")) {
		t.Errorf("a new role changed more: %+v", m)
	}
	before, _ = r.DescribeStateMachine(ctx, arn)
	if m, err := r.UpdateStateMachine(ctx, UpdateMachine{ARN: arn, Definition: two("new")}); err != nil || m.RevisionID != before.RevisionID {
		t.Errorf("an update that changes nothing is a revision: %+v %v", m, err)
	}
	_, err := r.UpdateStateMachine(ctx, UpdateMachine{ARN: arn})
	wantCode(t, err, ErrMissingParameter)
	_, err = r.UpdateStateMachine(ctx, UpdateMachine{ARN: r.MachineARN("none")})
	wantCode(t, err, ErrMachineDoesNotExist)
	_, err = r.UpdateStateMachine(ctx, UpdateMachine{ARN: arn, Definition: []byte(`[]`)})
	wantCode(t, err, ErrInvalidDefinition)
}

func TestDeleteStateMachine(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	arn := r.create(waiting)
	running := r.start(arn, "x", `{}`)
	if err := r.DeleteStateMachine(ctx, arn); err != nil {
		t.Fatal(err)
	}
	m, err := r.DescribeStateMachine(ctx, arn)
	if err != nil || !m.Deleting {
		t.Errorf("while an execution runs: %+v %v", m, err)
	}
	_, err = r.StartExecution(ctx, StartExecution{StateMachineARN: arn})
	wantCode(t, err, ErrMachineDeleting)
	_, err = r.UpdateStateMachine(ctx, UpdateMachine{ARN: arn, RoleARN: "other"})
	wantCode(t, err, ErrMachineDeleting)
	_, err = r.CreateStateMachine(ctx, CreateMachine{Name: "m", Definition: []byte(waiting)})
	wantCode(t, err, ErrMachineDeleting)
	_, err = r.PublishStateMachineVersion(ctx, arn, "", "")
	wantCode(t, err, ErrMachineDeleting)
	if got := outcome(r.finish(running)); got != `{}` {
		t.Errorf("the running one: %s", got)
	}
	r.rest()
	_, err = r.DescribeStateMachine(ctx, arn)
	wantCode(t, err, ErrMachineDoesNotExist)
	_, err = r.StartExecution(ctx, StartExecution{StateMachineARN: arn})
	wantCode(t, err, ErrMachineDoesNotExist)
	if err := r.DeleteStateMachine(ctx, arn); err != nil {
		t.Errorf("deleted twice: %v", err)
	}
	wantCode(t, r.DeleteStateMachine(ctx, arn+":1"), ErrValidation)
	wantCode(t, r.DeleteStateMachine(ctx, "m"), ErrInvalidArn)
}

func TestListStateMachinesAndTags(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, name := range []string{"c", "a", "b"} {
		if _, err := r.CreateStateMachine(ctx, CreateMachine{Name: name, Definition: says(name), Tags: map[string]string{"name": name}}); err != nil {
			t.Fatal(err)
		}
	}
	list, next, err := r.ListStateMachines(ctx, Page{Max: 2})
	if err != nil || len(list) != 2 || list[0].Name != "a" || list[1].Name != "b" {
		t.Fatal(list, err)
	}
	if list, next, _ = r.ListStateMachines(ctx, Page{Max: 2, Token: next}); len(list) != 1 || list[0].Name != "c" || next != "" {
		t.Error(list, next)
	}
	arn := r.MachineARN("a")
	if err := r.Tag(ctx, arn, map[string]string{"x": "1", "y": "2"}, []string{"name"}); err != nil {
		t.Fatal(err)
	}
	if tags, err := r.Tags(ctx, arn); err != nil || fmt.Sprint(tags) != "map[x:1 y:2]" {
		t.Error(tags, err)
	}
	wantCode(t, r.Tag(ctx, r.MachineARN("z"), nil, nil), ErrResourceNotFound)
	_, err = r.Tags(ctx, r.MachineARN("z"))
	wantCode(t, err, ErrResourceNotFound)
}

// A version is a revision under a number, which is never used again.
func TestVersions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	arn := r.create(string(says("one")))
	publish := func(want string) {
		t.Helper()
		v, err := r.PublishStateMachineVersion(ctx, arn, "", "")
		if err != nil || v.ARN != arn+":"+want {
			t.Errorf("published %+v %v, want %s", v, err, want)
		}
	}
	publish("1")
	publish("1") // nothing has changed
	m, err := r.UpdateStateMachine(ctx, UpdateMachine{ARN: arn, Definition: says("two"), Publish: true})
	if err != nil || m.Version != arn+":2" {
		t.Fatal(m, err)
	}
	for qualifier, want := range map[string]string{"": `"two"`, ":1": `"one"`, ":2": `"two"`} {
		x := r.finish(r.start(arn+qualifier, "", `{}`))
		if outcome(x) != want || qualifier != "" && x.VersionARN != arn+qualifier {
			t.Errorf("%s yields %s of %s", qualifier, outcome(x), x.VersionARN)
		}
		if list, _, err := r.ListExecutions(ctx, arn+qualifier, "", Page{}); err != nil || qualifier != "" && len(list) != 1 {
			t.Errorf("%s has %d executions, %v", qualifier, len(list), err)
		}
	}
	if d, err := r.DescribeStateMachine(ctx, arn+":1"); err != nil || string(d.Definition) != string(says("one")) || d.ARN != arn+":1" {
		t.Errorf("%+v %v", d, err)
	}
	list, _, err := r.ListStateMachineVersions(ctx, arn, Page{})
	if err != nil || len(list) != 2 || list[0].ARN != arn+":2" {
		t.Error(list, err)
	}
	if err := r.DeleteStateMachineVersion(ctx, arn+":2"); err != nil {
		t.Fatal(err)
	}
	publish("3")
	_, err = r.PublishStateMachineVersion(ctx, arn, "", "not this revision")
	wantCode(t, err, ErrConflict)
}

// An alias sends each start to one of its versions, by weight.
func TestAliases(t *testing.T) {
	t.Parallel()
	chance := 0.0
	r := newRig(t, func(o *Options) { o.Rand = func() float64 { return chance } })
	arn := r.create(string(says("one")))
	r.PublishStateMachineVersion(ctx, arn, "", "")
	if _, err := r.UpdateStateMachine(ctx, UpdateMachine{ARN: arn, Definition: says("two"), Publish: true}); err != nil {
		t.Fatal(err)
	}
	both := []Route{{arn + ":1", 90}, {arn + ":2", 10}}
	a, err := r.CreateStateMachineAlias(ctx, "live", "what runs", both)
	if err != nil || a.ARN != arn+":live" {
		t.Fatal(a, err)
	}
	for _, c := range []struct {
		chance float64
		want   string
	}{{0, `"one"`}, {0.89, `"one"`}, {0.9, `"two"`}, {0.99, `"two"`}} {
		chance = c.chance
		if x := r.finish(r.start(a.ARN, "", `{}`)); outcome(x) != c.want || x.AliasARN != a.ARN || x.VersionARN == "" {
			t.Errorf("at %v: %s by %s %s", c.chance, outcome(x), x.AliasARN, x.VersionARN)
		}
	}
	if list, _, err := r.ListExecutions(ctx, a.ARN, "", Page{}); err != nil || len(list) != 4 {
		t.Errorf("the alias has %d executions, %v", len(list), err)
	}
	if _, err := r.CreateStateMachineAlias(ctx, "live", "what runs", both); err != nil {
		t.Errorf("the same again: %v", err)
	}
	_, err = r.CreateStateMachineAlias(ctx, "live", "else", both)
	wantCode(t, err, ErrConflict)
	wantCode(t, r.DeleteStateMachineVersion(ctx, arn+":1"), ErrConflict)
	if list, _, err := r.ListStateMachineAliases(ctx, arn+":2", Page{}); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
	description := "all on two"
	if _, err := r.UpdateStateMachineAlias(ctx, a.ARN, &description, []Route{{arn + ":2", 100}}); err != nil {
		t.Fatal(err)
	}
	if a, err = r.DescribeStateMachineAlias(ctx, a.ARN); err != nil || a.Description != description || len(a.Routes) != 1 {
		t.Error(a, err)
	}
	if err := r.DeleteStateMachineVersion(ctx, arn+":1"); err != nil {
		t.Errorf("nothing leads to it any more: %v", err)
	}
	if err := r.DeleteStateMachineAlias(ctx, a.ARN); err != nil {
		t.Fatal(err)
	}
	_, err = r.DescribeStateMachineAlias(ctx, a.ARN)
	wantCode(t, err, ErrResourceNotFound)
}

func TestAliasRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	arn := r.create(string(says("one")))
	r.PublishStateMachineVersion(ctx, arn, "", "")
	other, err := r.CreateStateMachine(ctx, CreateMachine{Name: "other", Definition: says("one"), Publish: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, alias string
		routes      []Route
		code        string
	}{
		{"no routes", "live", nil, ErrValidation},
		{"three routes", "live", []Route{{arn + ":1", 50}, {arn + ":1", 25}, {arn + ":1", 25}}, ErrValidation},
		{"weights that do not add up", "live", []Route{{arn + ":1", 99}}, ErrValidation},
		{"a negative weight", "live", []Route{{arn + ":1", 110}, {arn + ":1", -10}}, ErrValidation},
		{"a machine", "live", []Route{{arn, 100}}, ErrValidation},
		{"two machines", "live", []Route{{arn + ":1", 50}, {other.Version, 50}}, ErrValidation},
		{"no such version", "live", []Route{{arn + ":9", 100}}, ErrResourceNotFound},
		{"a number", "17", []Route{{arn + ":1", 100}}, ErrValidation},
		{"a bad name", "a b", []Route{{arn + ":1", 100}}, ErrInvalidName},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := r.CreateStateMachineAlias(ctx, c.alias, "", c.routes)
			wantCode(t, err, c.code)
		})
	}
	_, err = r.DescribeStateMachineAlias(ctx, arn+":1")
	if err == nil || !strings.Contains(err.Error(), "names no alias") {
		t.Error(err)
	}
}

// Machines that cannot be written are as they were; what changes nothing writes
// nothing and so succeeds on a full disk.
func TestMachinesOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir = dir })
	create := CreateMachine{Name: "m", Definition: says("a")}
	m, err := r.CreateStateMachine(ctx, create)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(r.registry.file()+".new", 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := r.CreateStateMachine(ctx, create); err != nil {
		t.Errorf("the same machine again: %v", err)
	}
	_, err = r.PublishStateMachineVersion(ctx, m.ARN, "", "")
	wantCode(t, err, ErrUnavailable)
	if list, _, err := r.ListStateMachineVersions(ctx, m.ARN, Page{}); len(list) != 0 || err != nil {
		t.Error(list, err)
	}
	if v, err := r.PublishStateMachineVersion(ctx, m.ARN, "", ""); err != nil || v.ARN != m.ARN+":1" {
		t.Errorf("with room again: %+v %v", v, err)
	}
}
