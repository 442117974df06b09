package main

import "fmt"

type envCmd struct {
	Print   printEnvCmd   `cmd:"" default:"1" help:"Print shell commands that point the AWS CLI and SDKs at the running Orderloom (the default)."`
	Diff    envDiffCmd    `cmd:"" help:"Tell in words what differs between the live flows and policies of two Orderlooms."`
	Promote envPromoteCmd `cmd:"" help:"Carry flows from one Orderloom to another, with the checks of flow import."`
}

type printEnvCmd struct{}

// Run prints shell commands for `eval "$(orderloom env)"`. Without the last
// variable the SDKs would dial sync-127.0.0.1 for StartSyncExecution.
func (printEnvCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	for _, kv := range [][2]string{
		{"AWS_ENDPOINT_URL", api.at.AWS}, {"AWS_REGION", "us-east-1"}, {"AWS_DEFAULT_REGION", "us-east-1"},
		{"AWS_ACCESS_KEY_ID", "local"}, {"AWS_SECRET_ACCESS_KEY", "local"}, {"AWS_DISABLE_HOST_PREFIX_INJECTION", "true"}, {"AWS_PAGER", ""},
	} {
		if _, err := fmt.Fprintf(s.out, "export %s='%s'\n", kv[0], kv[1]); err != nil {
			return err
		}
	}
	return nil
}
