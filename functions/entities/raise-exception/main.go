// Command raise-exception is the Lambda function entities/raise-exception.
package main

import "github.com/orderloom/orderloom/functions/entities"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(entities.RaiseException, storeenv.Records) }
