// Command check is the Lambda function events/check.
package main

import "github.com/orderloom/orderloom/functions/events"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(events.Check, storeenv.Records) }
