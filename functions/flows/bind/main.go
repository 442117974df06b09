// Command bind is the Lambda function flows/bind.
package main

import "github.com/orderloom/orderloom/functions/flows"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/statesenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(flows.Bind, storeenv.Records, statesenv.Machines) }
