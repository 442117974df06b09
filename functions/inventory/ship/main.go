// Command ship is the Lambda function inventory/ship.
package main

import "github.com/orderloom/orderloom/functions/inventory"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(inventory.Ship, storeenv.Records) }
