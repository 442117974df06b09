// Command site is the Lambda function console/site.
package main

import "github.com/orderloom/orderloom/functions/console"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/statesenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(console.Site, storeenv.Records, statesenv.Machines) }
