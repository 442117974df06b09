package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/orderloom/orderloom/functions/console"
	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/order"
)

// entitiesCmd are the commands about declared entities and their records.
type entitiesCmd struct {
	List    listEntitiesCmd `cmd:"" help:"List the declared entities, or the records of one, newest first."`
	Show    showRecordCmd   `cmd:"" help:"Show one record: path, state and fields."`
	Release answerRecordCmd `cmd:"" help:"Release a record that its flow holds."`
	Approve answerRecordCmd `cmd:"" help:"Approve what a flow asks about a record."`
	Reject  answerRecordCmd `cmd:"" help:"Reject what a flow asks about a record."`
	Cancel  cancelRecordCmd `cmd:"" help:"Cancel a record, where its entity allows it."`
}

type listEntitiesCmd struct {
	Entity string `arg:"" optional:"" help:"Id of an entity: its records are listed."`
}

func (c *listEntitiesCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var out struct {
		Entities []entity.Entity     `json:"entities"`
		Records  []console.RecordRow `json:"records"`
	}
	path := "/api/entities"
	if c.Entity != "" {
		path += "/" + url.PathEscape(c.Entity)
	}
	if err := api.call("GET", path, nil, nil, &out); err != nil {
		return err
	}
	var rows [][]string
	if c.Entity == "" {
		if s.json {
			return s.printJSON(out.Entities)
		}
		for _, e := range out.Entities {
			rows = append(rows, []string{string(e.ID), e.Title, e.Prefix, fmt.Sprint(len(e.Fields)), fmt.Sprint(len(e.States))})
		}
		s.table("ENTITY | TITLE | IDS | FIELDS | STATES", rows)
		return nil
	}
	if s.json {
		return s.printJSON(out.Records)
	}
	for _, r := range out.Records {
		rows = append(rows, []string{r.Name, r.State, r.Reason, dash(nonEmpty(r.Order)), fmt.Sprint(r.Exceptions), fmt.Sprint(r.Holds), r.ReceivedAt.Format(clockLayout)})
	}
	s.table("RECORD | STATE | REASON | ORDER | EXCEPTIONS | HOLDS | RECEIVED", rows)
	return nil
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// record finds a record by what a person types.
func (s *session) record(name string) (*client, console.RecordDetail, error) {
	var d console.RecordDetail
	api, err := s.client()
	if err == nil {
		err = api.call("GET", "/api/records/"+url.PathEscape(name), nil, nil, &d)
	}
	return api, d, err
}

type showRecordCmd struct {
	Record string `arg:"" help:"The sender's name of the record, or its id."`
}

func (c *showRecordCmd) Run(s *session) error {
	_, d, err := s.record(c.Record)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(d)
	}
	fmt.Fprintf(s.out, "%s  %s / %s\n%s, %s, received %s, changed %s\n\nFields\n", d.Name, d.Status.State, d.Status.Reason,
		d.Status.ID, d.Status.Entity, d.Status.ReceivedAt.Format(clockLayout), d.Status.ChangedAt.Format(clockLayout))
	for _, id := range slices.Sorted(maps.Keys(d.Body.Document)) {
		fmt.Fprintf(s.out, "  %-20s %v\n", id, d.Body.Document[id])
	}
	for _, id := range slices.Sorted(maps.Keys(d.Status.Set)) {
		fmt.Fprintf(s.out, "  %-20s %v (set by its flow)\n", id, d.Status.Set[id])
	}
	fmt.Fprintln(s.out, "\nPath")
	for _, e := range d.Journal {
		for _, ev := range e.Events {
			fmt.Fprintf(s.out, "  %s  %-32s %s%s\n", e.At.Format(clockLayout), ev.Name, e.Step, because(ev.Payload))
		}
	}
	s.showRecordWaits(d)
	return nil
}

// showRecordWaits lists what waits for a person, and how to answer.
func (s *session) showRecordWaits(d console.RecordDetail) {
	if len(d.Exceptions)+len(d.Status.Holds) > 0 {
		fmt.Fprintln(s.out, "\nWaits for a person")
	}
	for _, h := range d.Status.Holds {
		what, answers := "on hold: "+h.Reason, "release"
		if h.Kind == order.Approval {
			what, answers = h.Who+" is asked: "+h.Question, "approve|reject"
		}
		fmt.Fprintf(s.out, "  step %s, %s\n      until %s, then %s\n      answer with: orderloom entities %s '%s' --step %s\n",
			h.Step, what, h.Until.Format(clockLayout), h.Then, answers, d.Name, h.Step)
	}
	for _, e := range d.Exceptions {
		fmt.Fprintf(s.out, "  %s  step %s, %s: %s\n", e.ID, e.Step, e.Error, e.Cause)
		for _, why := range e.Why() {
			fmt.Fprintln(s.out, "     ", why)
		}
		fmt.Fprintln(s.out, "      answers:", e.Answers)
	}
}

// answerRecordCmd answers a step that waits for a person.
type answerRecordCmd struct {
	Record string `arg:"" help:"The sender's name of the record, or its id."`
	Step   string `help:"Id of the step that waits, when several do; entities show lists them."`
	By     string `help:"Who answers, for the record's journal." default:"operator" env:"USER"`
	Reason string `help:"Why, for the record's journal."`
}

func (c *answerRecordCmd) Run(s *session, k *kong.Context) error {
	verb := k.Selected().Name
	done := map[string]string{"release": "is released", "approve": "is approved", "reject": "is rejected"}[verb]
	return s.changeRecord(c.Record, verb, map[string]string{"step": c.Step, "by": c.By, "reason": c.Reason}, done)
}

type cancelRecordCmd struct {
	Record string `arg:"" help:"The sender's name of the record, or its id."`
	Reason string `help:"Why, for the record's journal." default:"operator"`
}

func (c *cancelRecordCmd) Run(s *session) error {
	return s.changeRecord(c.Record, "cancel", map[string]string{"reason": c.Reason}, "is canceled")
}

func (s *session) changeRecord(name, verb string, in map[string]string, done string) error {
	api, d, err := s.record(name)
	if err != nil {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if err := api.call("POST", "/api/records/"+d.Status.ID+"/"+verb, nil, body, nil); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s %s\n", d.Name, done)
	return nil
}
