// Command flow-ended is the Lambda function orders/flow-ended.
package main

import "github.com/orderloom/orderloom/functions/orders"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(orders.FlowEnded, storeenv.Records) }
