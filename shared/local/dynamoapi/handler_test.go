package dynamoapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/local/dynamoapi"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

func open(t testing.TB) table.Table {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// call posts a body for an operation and returns status and answer.
func call(h http.Handler, operation, body string) (int, string) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer, _ := io.ReadAll(w.Result().Body) // a recorder's body does not fail
	return w.Code, string(answer)
}

const key = `"TableName":"t","Key":{"pk":{"S":"a"},"sk":{"S":"1"}}`

func TestItemsTravelInDynamoDBsForm(t *testing.T) {
	t.Parallel()
	h := dynamoapi.New("t", open(t))
	for _, c := range [][3]string{
		{"PutItem", `{"TableName":"t","Item":{"pk":{"S":"a"},"sk":{"S":"1"},"n":{"N":"5"}}}`, `{}`},
		{"GetItem", `{` + key + `}`, `{"Item":{"n":{"N":"5"},"pk":{"S":"a"},"sk":{"S":"1"}}}`},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"ADD #n :n","ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":n":{"N":"-2"}},"ReturnValues":"ALL_NEW"}`,
			`{"Attributes":{"n":{"N":"3"},"pk":{"S":"a"},"sk":{"S":"1"}}}`},
		{"Query", `{"TableName":"t","KeyConditionExpression":"#p = :p","ExpressionAttributeNames":{"#p":"pk"},"ExpressionAttributeValues":{":p":{"S":"a"}}}`,
			`{"Count":1,"Items":[{"n":{"N":"3"},"pk":{"S":"a"},"sk":{"S":"1"}}],"ScannedCount":1}`},
		{"BatchGetItem", `{"RequestItems":{"t":{"Keys":[{"pk":{"S":"a"},"sk":{"S":"1"}},{"pk":{"S":"b"},"sk":{"S":"1"}}]}}}`,
			`{"Responses":{"t":[{"n":{"N":"3"},"pk":{"S":"a"},"sk":{"S":"1"}}]},"UnprocessedKeys":{}}`},
		{"DeleteItem", `{` + key + `}`, `{}`},
		{"GetItem", `{` + key + `}`, `{}`},
	} {
		if status, answer := call(h, c[0], c[1]); status != 200 || answer != c[2] {
			t.Errorf("%s: %d %s\nwant %s", c[0], status, answer, c[2])
		}
	}
	if status, answer := call(h, "DescribeTable", `{"TableName":"t"}`); status != 200 || !strings.Contains(answer, `"TableStatus":"ACTIVE"`) {
		t.Errorf("%d %s", status, answer)
	}
}

func TestWhatIsNotOfferedIsRefusedByName(t *testing.T) {
	t.Parallel()
	h := dynamoapi.New("t", open(t))
	names := `,"ExpressionAttributeNames":{"#a":"a","#t":"ttl"},"ExpressionAttributeValues":{":v":{"N":"1"}}`
	condition := func(text string) string { return `{` + key + `,"ConditionExpression":"` + text + `"` + names + `}` }
	for _, c := range [][3]string{
		{"Scan", `{}`, "operation Scan"},
		{"CreateTable", `{}`, "operation CreateTable"},
		{"GetItem", `{` + key + `,"ProjectionExpression":"a"}`, "ProjectionExpression"},
		{"GetItem", `{"TableName":"other","Key":{}}`, "ResourceNotFoundException"},
		{"GetItem", `{"TableName":"t","Key":{"pk":{"S":"a"}}}`, "a key is pk and sk"},
		{"GetItem", `{"TableName":"t","Key":{"pk":{"S":""},"sk":{"S":"1"}}}`, "empty"},
		{"GetItem", `{`, "does not understand"},
		{"GetItem", `{` + key + `} {}`, "goes on"},
		{"PutItem", `{"TableName":"t","Item":{"pk":{"S":"a"},"sk":{"S":"1"},"l":{"L":[]}}}`, "attribute type L"},
		{"PutItem", `{"TableName":"t","Item":{"pk":{"S":"a"},"sk":{"S":"1"}},"ReturnValues":"ALL_OLD"}`, "ALL_OLD"},
		{"PutItem", `{` + key + `,"Item":{}}`, "no Key"},
		{"DeleteItem", condition("size(#a) > :v"), "size"},
		{"DeleteItem", condition("#a <> :v"), "an operator"},
		{"DeleteItem", condition("#a = :v OR #t = :v"), "its end"},
		{"DeleteItem", condition("NOT #a = :v"), "NOT"},
		{"DeleteItem", condition("#a = :v AND"), "at its end"},
		{"DeleteItem", condition("#a = #t"), "a defined :value"},
		{"DeleteItem", condition("#x = :v"), "#x"},
		{"DeleteItem", condition("a = :v"), "a defined #name"},
		{"DeleteItem", condition("#a = :v"), "unused in expressions: #t"},
		{"DeleteItem", condition("(attribute_not_exists(#a) OR #a <= :v) AND #t = :v"), "the expiry"},
		{"DeleteItem", condition("(attribute_not_exists(#a) OR #a BETWEEN :v AND :v) AND #t = :v"), "guards an addition"},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET #a = :v SET #t = :v"` + names + `}`, "each once"},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET #a = #a + :v, #t = :v"` + names + `}`, "a defined :value"},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET #a = :v ADD #a :v"` + names + `}`, "only once"},
		{"UpdateItem", `{` + key + `}`, "SET, ADD or REMOVE"},
		{"Query", `{"TableName":"t","KeyConditionExpression":"#a = :v"` + names + `}`, "pk first"},
		{"Query", `{"TableName":"t","IndexName":"gsi9"}`, "gsi9"},
		{"Query", `{"TableName":"t","Limit":0}`, "Limit 0"},
		{"TransactWriteItems", `{"TransactItems":[]}`, "empty"},
		{"TransactWriteItems", `{"TransactItems":[{"Get":{"TableName":"t"}}]}`, "action Get"},
		{"TransactWriteItems", `{"TransactItems":[{}]}`, "0 actions"},
		{"TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{` + key + `}}]}`, "no condition"},
	} {
		status, answer := call(h, c[0], c[1])
		if status != 400 || !strings.Contains(answer, c[2]) || !strings.Contains(answer, `"__type"`) {
			t.Errorf("%s %s: %d %s\nwant it to say %s", c[0], c[1], status, answer, c[2])
		}
	}
}

func FuzzRequest(f *testing.F) {
	for _, body := range []string{
		`{` + key + `,"ConditionExpression":"(attribute_not_exists(#a) OR #t <= :v) AND #a >= :v","ExpressionAttributeNames":{"#a":"a","#t":"ttl"},"ExpressionAttributeValues":{":v":{"N":"1"}}}`,
		`{` + key + `,"UpdateExpression":"SET #a = :v REMOVE #t","ExpressionAttributeNames":{"#a":"a","#t":"ttl"},"ExpressionAttributeValues":{":v":{"N":"1"}}}`,
		`{"TableName":"t","IndexName":"gsi1","KeyConditionExpression":"#p = :p AND begins_with(#s, :p)","ExpressionAttributeNames":{"#p":"gsi1pk","#s":"gsi1sk"},"ExpressionAttributeValues":{":p":{"S":"a"}}}`,
		`{"TransactItems":[{"Put":{"TableName":"t","Item":{"pk":{"S":"a"},"sk":{"S":"1"}}}}]}`,
		`{"RequestItems":{"t":{"Keys":[{"pk":{"S":"a"},"sk":{"S":"1"}}]}}}`,
	} {
		f.Add(body)
	}
	h := dynamoapi.New("t", open(f))
	f.Fuzz(func(t *testing.T, body string) {
		for _, operation := range []string{"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"} {
			if status, answer := call(h, operation, body); status != 200 && status != 400 {
				t.Errorf("%s: %d %s", operation, status, answer)
			}
		}
	})
}
