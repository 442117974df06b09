// Command run-sub-flow is the Lambda function flows/run-sub-flow.
package main

import "github.com/orderloom/orderloom/functions/flows"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/statesenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(flows.RunSubFlow, storeenv.Records, statesenv.Machines) }
