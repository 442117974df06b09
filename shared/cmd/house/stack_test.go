package house

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/shared/cmd/catalog"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/table"
)

// section is the text of one resource: resources are apart by an empty line.
func section(t *testing.T, file, logicalID string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "\n  "+logicalID+":\n")
	if !ok {
		return "" // TestTemplatesHaveExactlyTheDeclaredFunctions says so
	}
	own, _, _ := strings.Cut(rest, "\n\n")
	return own
}

// TestTableOfTheTemplate has the keys and indexes that the adapter asks for.
func TestTableOfTheTemplate(t *testing.T) {
	t.Parallel()
	own := section(t, "template.yaml", "Table")
	want := []string{"StreamViewType: NEW_IMAGE", "AttributeName: " + table.TTL + ", Enabled: true", "PointInTimeRecoveryEnabled: true"}
	pk, sk := table.Primary.Attributes()
	want = append(want, fmt.Sprintf("KeySchema:\n        - {AttributeName: %s, KeyType: HASH}\n        - {AttributeName: %s, KeyType: RANGE}", pk, sk))
	for _, index := range []table.Index{table.GSI1, table.GSI2} {
		pk, sk := index.Attributes()
		want = append(want, fmt.Sprintf("- IndexName: %s\n          KeySchema: [{AttributeName: %s, KeyType: HASH}, {AttributeName: %s, KeyType: RANGE}]\n          Projection: {ProjectionType: ALL}", index, pk, sk))
	}
	for _, w := range want {
		if !strings.Contains(own, w) {
			t.Errorf("the table in template.yaml lacks:\n%s", w)
		}
	}
}

// TestStreamsLoseNothing: a change that cannot be processed holds up its own
// kind only, is tried again and ends in the bucket; and no function is woken for
// changes that do not concern it.
func TestStreamsLoseNothing(t *testing.T) {
	t.Parallel()
	filters := map[string]string{
		"orders/publish": `'{"dynamodb":{"NewImage":{"` + inbox.OutboxAttr + `":{"S":["` + inbox.OutboxPending + `"]}}}}'`,
		"flows/resume":   `'{"dynamodb":{"Keys":{"` + table.PK + `":{"S":[{"prefix":"RV#"}]}}}}'`,
	}
	for _, f := range functions.All() {
		if !f.Trigger.Stream {
			continue
		}
		own := section(t, "template.yaml", fn.LogicalID(f.ID))
		for _, w := range []string{"FunctionResponseTypes: [ReportBatchItemFailures]", "BisectBatchOnFunctionError: true", "MaximumRetryAttempts: ",
			"OnFailure: {Type: S3, Destination: !GetAtt Bucket.Arn}", "- Pattern: " + filters[f.ID]} {
			if !strings.Contains(own, w) {
				t.Errorf("the stream of %s in template.yaml lacks %s", f.ID, w)
			}
		}
	}
}

// grants is what a need of a main allows a function to do, and nothing else does.
var grants = map[string]string{
	"tableenv.Table":     "dynamodb:GetItem",
	"storeenv.Records":   "dynamodb:GetItem",
	"blobs":              "s3:GetObject", // the other half of storeenv.Records
	"busenv.Bus":         "events:PutEvents",
	"secretsenv.Secrets": "secretsmanager:GetSecretValue",
	"statesenv.Machines": "Action: [states:",
}

// TestPoliciesFollowTheNeeds: what a main names is allowed, anything else is not.
func TestPoliciesFollowTheNeeds(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`\w+env\.[A-Z]\w+`)
	for _, f := range functions.All() {
		main, err := os.ReadFile(filepath.Join(root, catalog.Folder(f.ID), "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		_, start, _ := strings.Cut(string(main), "awsenv.Start(")
		needs := map[string]bool{}
		for _, need := range named.FindAllString(start, -1) {
			needs[grants[need]] = true
			needs[grants["blobs"]] = needs[grants["blobs"]] || need == "storeenv.Records"
		}
		file, _ := templateOf(f.ID)
		own := section(t, file, fn.LogicalID(f.ID))
		for _, action := range grants {
			if got := strings.Contains(own, action); got != needs[action] {
				t.Errorf("%s: the template allows %s…: %v, its main needs it: %v (%s)", f.ID, action, got, needs[action], file)
			}
		}
		if strings.Contains(own, `Resource: "*"`) || strings.Contains(own, `:*]`) || strings.Contains(own, "Action: \"*") {
			t.Errorf("%s may do or touch everything (%s)", f.ID, file)
		}
		if writes := strings.Contains(own, "dynamodb:PutItem"); writes && (f.ID == "console/site" || f.ID == "sourcing/assign") {
			t.Errorf("%s only reads, but the template allows it to write", f.ID)
		}
	}
}
