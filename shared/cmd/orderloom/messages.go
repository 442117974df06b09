package main

import (
	"fmt"
	"net/url"

	"github.com/orderloom/orderloom/shared/inbox"
)

type messagesCmd struct {
	List   listMessagesCmd `cmd:"" help:"List the inbound messages in error, newest first."`
	Replay replayCmd       `cmd:"" help:"Process a message again, e.g. after its mapping was corrected."`
}

type listMessagesCmd struct{}

func (listMessagesCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	failed, err := api.failedMessages()
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(failed)
	}
	var rows [][]string
	for _, m := range failed {
		rows = append(rows, []string{m.ID, m.Instance, m.Topic, m.ReceivedAt.Format(clockLayout), m.Error, m.Cause})
	}
	s.table("MESSAGE | INSTANCE | TOPIC | RECEIVED | ERROR | CAUSE", rows)
	return nil
}

func (c *client) failedMessages() ([]inbox.Message, error) {
	var out struct {
		Messages []inbox.Message `json:"messages"`
	}
	err := c.call("GET", "/api/messages", nil, nil, &out)
	return out.Messages, err
}

type replayCmd struct {
	Message string `arg:"" help:"The message's id."`
}

func (c replayCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	if err := api.call("POST", "/api/messages/"+url.PathEscape(c.Message)+"/replay", nil, nil, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, c.Message, "is processed again")
	return err
}
