package asl

import (
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/jsonpath"
)

// Language is a query language.
type Language string

// The query languages.
const (
	JSONata  Language = "JSONata"
	JSONPath Language = "JSONPath"
)

// inJSONata says what JSONata has instead of fields that only JSONPath has.
var inJSONata = map[string]string{
	"InputPath": "Arguments or Output", "OutputPath": "Output", "Parameters": "Arguments, or ItemSelector in a Map",
	"ResultPath": "Output", "ResultSelector": "Output or Assign", "Result": "Output", "ItemsPath": "Items",
	"SecondsPath": "Seconds", "TimestampPath": "Timestamp", "TimeoutSecondsPath": "TimeoutSeconds",
	"HeartbeatSecondsPath": "HeartbeatSeconds", "ErrorPath": "Error", "CausePath": "Cause", "MaxConcurrencyPath": "MaxConcurrency",
	"Variable": "Condition", "And": "Condition", "Or": "Condition", "Not": "Condition",
}

// inJSONPath says what JSONPath has instead of fields that only JSONata has.
var inJSONPath = map[string]string{
	"Arguments": "Parameters", "Output": "ResultSelector, ResultPath and OutputPath", "Items": "ItemsPath",
	"Condition": "Variable with an operator such as StringEquals",
}

// onlyOnAWS says why fields do not work in the local engine.
var onlyOnAWS = map[string]string{
	"ItemReader": distributed, "ItemBatcher": distributed, "ResultWriter": distributed, "Label": distributed,
	"ToleratedFailureCount": distributed, "ToleratedFailurePercentage": distributed,
	"ToleratedFailureCountPath": distributed, "ToleratedFailurePercentagePath": distributed,
	"Credentials": "needs IAM roles",
}

const distributed = "belongs to a Map in mode DISTRIBUTED"

// machineLanguage keeps the machine's query language.
func (p *parser) machineLanguage(at place, root *node) {
	switch p.language = Language(p.text(at, root, "QueryLanguage")); p.language {
	case JSONata, JSONPath:
	case "":
		p.language = JSONPath
	default:
		p.add(InvalidValue, at.in("QueryLanguage"), root.Get("QueryLanguage").Pos, "QueryLanguage is %q, neither JSONata nor JSONPath", p.language)
		p.language = JSONata
	}
}

// stateLanguage is the query language of a state: its own or the machine's. A
// JSONPath machine may have JSONata states, not the other way round.
func (p *parser) stateLanguage(at place, n *node) Language {
	own := Language(p.text(at, n, "QueryLanguage"))
	switch own {
	case "", JSONata, p.language:
	case JSONPath:
		p.add(UnsupportedLanguage, at, n.Pos, "state %q uses JSONPath in a machine that uses JSONata; only a machine that uses JSONPath can mix both", at.state)
	default:
		p.add(InvalidValue, at.in("QueryLanguage"), n.Get("QueryLanguage").Pos, "QueryLanguage is %q, neither JSONata nor JSONPath", own)
	}
	if own == JSONata || own == JSONPath {
		return own
	}
	return p.language
}

// own are the fields of the language of the state that is read.
func (p *parser) own(jsonata, jsonPath []string) []string {
	if p.paths {
		return jsonPath
	}
	return jsonata
}

// known reports fields that are not in the list.
func (p *parser) known(at place, n *node, fields ...string) {
	for _, m := range n.Members {
		if slices.Contains(fields, m.Key) {
			continue
		}
		here := at.in(m.Key)
		mine, other, advice := JSONata, JSONPath, inJSONata[m.Key]
		if p.paths {
			mine, other, advice = JSONPath, JSONata, inJSONPath[m.Key]
		} else if _, ok := jsonpath.LookupComparison(m.Key); ok {
			advice = "Condition"
		}
		why, aws := onlyOnAWS[m.Key]
		switch {
		case advice != "" && at.state != "":
			p.add(UnsupportedLanguage, here, m.Pos, "%s belongs to %s; with %s use %s", m.Key, other, mine, advice)
		case aws:
			p.add(OnlyOnAWS, here, m.Pos, "%s %s; that works only on AWS, not in the local engine", m.Key, why)
		default:
			p.add(UnknownField, here, m.Pos, "there is no field %s here; known are %s", m.Key, strings.Join(fields, ", "))
		}
	}
}

// one reports fields of which a state can have only one.
func (p *parser) one(at place, n *node, fields ...string) {
	first := ""
	for _, m := range n.Members {
		switch {
		case !slices.Contains(fields, m.Key):
		case first == "":
			first = m.Key
		default:
			p.add(InvalidValue, at.in(m.Key), m.Pos, "a state has either %s or %s, not both", first, m.Key)
		}
	}
}
