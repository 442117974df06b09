// Command predict is the Lambda function webhook/predict.
package main

import "github.com/orderloom/orderloom/functions/providers/webhook"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/secretsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(webhook.Predict, storeenv.Records, secretsenv.Secrets) }
