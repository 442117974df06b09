// Command release is the Lambda function inventory/release.
package main

import "github.com/orderloom/orderloom/functions/inventory"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(inventory.Release, storeenv.Records) }
