// Command shipment-in is the Lambda function shipstation/shipment-in.
package main

import "github.com/orderloom/orderloom/functions/providers/shipstation"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(shipstation.ShipmentIn, storeenv.Records) }
