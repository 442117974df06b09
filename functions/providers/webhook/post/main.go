// Command post is the Lambda function webhook/post.
package main

import "github.com/orderloom/orderloom/functions/providers/webhook"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/secretsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(webhook.Post, storeenv.Records, secretsenv.Secrets) }
