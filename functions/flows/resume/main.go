// Command resume is the Lambda function flows/resume.
package main

import "github.com/orderloom/orderloom/functions/flows"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/statesenv"

func main() { awsenv.Start(flows.Resume, statesenv.Machines) }
