// Command create-fulfillment-orders is the Lambda function orders/create-fulfillment-orders.
package main

import "github.com/orderloom/orderloom/functions/orders"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(orders.CreateFulfillmentOrders, storeenv.Records) }
