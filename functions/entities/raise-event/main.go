// Command raise-event is the Lambda function entities/raise-event.
package main

import "github.com/orderloom/orderloom/functions/entities"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(entities.RaiseEvent, storeenv.Records) }
