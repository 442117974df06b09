// Command assign is the Lambda function sourcing/assign.
package main

import "github.com/orderloom/orderloom/functions/sourcing"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(sourcing.Assign, storeenv.Records) }
