// Command steer is the Lambda function flows/steer.
package main

import "github.com/orderloom/orderloom/functions/flows"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/statesenv"
import "github.com/orderloom/orderloom/shared/awsenv/tableenv"

func main() { awsenv.Start(flows.Steer, tableenv.Table, statesenv.Machines) }
