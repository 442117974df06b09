// Command accept is the Lambda function events/accept.
package main

import "github.com/orderloom/orderloom/functions/events"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(events.Accept, storeenv.Records) }
