// Command fetch-shipments is the Lambda function shipstation/fetch-shipments.
package main

import "github.com/orderloom/orderloom/functions/providers/shipstation"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/secretsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(shipstation.FetchShipments, storeenv.Records, secretsenv.Secrets) }
