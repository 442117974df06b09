// Command resolve-hold is the Lambda function entities/resolve-hold.
package main

import "github.com/orderloom/orderloom/functions/entities"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(entities.ResolveHold, storeenv.Records) }
