// Command document-in is the Lambda function json/document-in.
package main

import "github.com/orderloom/orderloom/functions/providers/json"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(json.DocumentIn, storeenv.Records) }
