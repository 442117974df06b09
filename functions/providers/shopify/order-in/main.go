// Command order-in is the Lambda function shopify/order-in.
package main

import "github.com/orderloom/orderloom/functions/providers/shopify"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(shopify.OrderIn, storeenv.Records) }
