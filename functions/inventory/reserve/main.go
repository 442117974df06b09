// Command reserve is the Lambda function inventory/reserve.
package main

import "github.com/orderloom/orderloom/functions/inventory"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(inventory.Reserve, storeenv.Records) }
