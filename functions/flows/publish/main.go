// Command publish is the Lambda function flows/publish.
package main

import "github.com/orderloom/orderloom/functions/flows"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/statesenv"
import "github.com/orderloom/orderloom/shared/awsenv/tableenv"

func main() { awsenv.Start(flows.Publish, tableenv.Table, statesenv.Machines) }
