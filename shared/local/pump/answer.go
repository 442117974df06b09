package pump

import (
	"encoding/json"
	"strconv"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table"
)

// firstFailed reads a batch response. As for Lambda, one that does not make
// sense means that all failed.
func firstFailed(answer []byte, batch []table.Change) (int, *failure) {
	var report struct {
		Failures []struct {
			ID string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &report); err != nil {
			return 0, &failure{fn.LambdaError{ErrorType: "BadBatchResponse", ErrorMessage: err.Error()}, true}
		}
	}
	first := len(batch)
	for _, f := range report.Failures {
		at := indexOf(f.ID, batch)
		if at < 0 {
			return 0, &failure{fn.LambdaError{ErrorType: "BadBatchResponse", ErrorMessage: "no such change in the batch: " + strconv.Quote(f.ID)}, true}
		}
		first = min(first, at)
	}
	if first == len(batch) {
		return first, nil
	}
	return first, &failure{fn.LambdaError{ErrorType: "BatchItemFailure", ErrorMessage: "the function reported the change as failed"}, false}
}

func indexOf(id string, batch []table.Change) int {
	for i, c := range batch {
		if strconv.FormatInt(c.Seq, 10) == id {
			return i
		}
	}
	return -1
}
