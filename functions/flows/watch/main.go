// Command watch is the Lambda function flows/watch.
package main

import "github.com/orderloom/orderloom/functions/flows"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/statesenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(flows.Watch, storeenv.Records, statesenv.Machines) }
