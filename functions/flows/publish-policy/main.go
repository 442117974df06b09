// Command publish-policy is the Lambda function flows/publish-policy.
package main

import "github.com/orderloom/orderloom/functions/flows"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/statesenv"
import "github.com/orderloom/orderloom/shared/awsenv/tableenv"

func main() { awsenv.Start(flows.PublishPolicy, tableenv.Table, statesenv.Machines) }
