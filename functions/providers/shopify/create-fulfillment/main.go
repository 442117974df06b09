// Command create-fulfillment is the Lambda function shopify/create-fulfillment.
package main

import "github.com/orderloom/orderloom/functions/providers/shopify"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/secretsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(shopify.CreateFulfillment, storeenv.Records, secretsenv.Secrets) }
