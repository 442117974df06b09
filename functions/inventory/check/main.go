// Command check is the Lambda function inventory/check.
package main

import "github.com/orderloom/orderloom/functions/inventory"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(inventory.Check, storeenv.Records) }
