// Command sweep is the Lambda function intake/sweep.
package main

import "github.com/orderloom/orderloom/functions/intake"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(intake.Sweep, storeenv.Records) }
