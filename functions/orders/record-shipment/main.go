// Command record-shipment is the Lambda function orders/record-shipment.
package main

import "github.com/orderloom/orderloom/functions/orders"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(orders.RecordShipment, storeenv.Records) }
