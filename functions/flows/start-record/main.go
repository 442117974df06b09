// Command start-record is the Lambda function flows/start-record.
package main

import "github.com/orderloom/orderloom/functions/flows"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/statesenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(flows.StartRecord, storeenv.Records, statesenv.Machines) }
