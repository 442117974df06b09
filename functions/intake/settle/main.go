// Command settle is the Lambda function intake/settle.
package main

import "github.com/orderloom/orderloom/functions/intake"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(intake.Settle, storeenv.Records) }
