// Command expire-hold is the Lambda function entities/expire-hold.
package main

import "github.com/orderloom/orderloom/functions/entities"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(entities.ExpireHold, storeenv.Records) }
