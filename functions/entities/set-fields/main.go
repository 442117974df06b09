// Command set-fields is the Lambda function entities/set-fields.
package main

import "github.com/orderloom/orderloom/functions/entities"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(entities.SetFields, storeenv.Records) }
