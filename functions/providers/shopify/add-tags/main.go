// Command add-tags is the Lambda function shopify/add-tags.
package main

import "github.com/orderloom/orderloom/functions/providers/shopify"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/secretsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(shopify.AddTags, storeenv.Records, secretsenv.Secrets) }
