package main

import (
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/orderloom/orderloom/functions/console"
	"github.com/orderloom/orderloom/shared/order"
)

// answerHoldCmd answers a step that waits for a person: release, approve or reject.
type answerHoldCmd struct {
	Order  string `arg:"" help:"The channel's order name, e.g. '#1001', or an order id."`
	Step   string `help:"Id of the step that waits, when several do; orders show lists them."`
	By     string `help:"Who answers, for the order's journal." default:"operator" env:"USER"`
	Reason string `help:"Why, for the order's journal."`
}

func (c *answerHoldCmd) Run(s *session, k *kong.Context) error {
	api, d, err := s.order(c.Order)
	if err != nil {
		return err
	}
	verb := k.Selected().Name
	done := map[string]string{"release": "is released", "approve": "is approved", "reject": "is rejected"}[verb]
	return api.change(d, verb, map[string]string{"step": c.Step, "by": c.By, "reason": c.Reason}, done)
}

// showHolds lists the steps that hold an order, and how to answer them.
func (s *session) showHolds(d console.OrderDetail) {
	for _, h := range d.Status.Holds {
		what, answers := "on hold: "+h.Reason, "release"
		if h.Kind == order.Approval {
			what, answers = h.Who+" is asked: "+h.Question, "approve|reject"
		}
		fmt.Fprintf(s.out, "  step %s, %s\n      until %s, then %s\n      answer with: orderloom orders %s '%s' --step %s\n",
			h.Step, what, h.Until.Format(clockLayout), h.Then, answers, d.Document.Name, h.Step)
	}
}
