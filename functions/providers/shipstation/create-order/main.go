// Command create-order is the Lambda function shipstation/create-order.
package main

import "github.com/orderloom/orderloom/functions/providers/shipstation"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/secretsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(shipstation.CreateOrder, storeenv.Records, secretsenv.Secrets) }
