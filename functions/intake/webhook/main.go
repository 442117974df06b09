// Command webhook is the Lambda function intake/webhook.
package main

import "github.com/orderloom/orderloom/functions/intake"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/secretsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(intake.Webhook, storeenv.Records, secretsenv.Secrets) }
