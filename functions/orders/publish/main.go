// Command publish is the Lambda function orders/publish.
package main

import "github.com/orderloom/orderloom/functions/orders"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/busenv"
import "github.com/orderloom/orderloom/shared/awsenv/tableenv"

func main() { awsenv.Start(orders.Publish, tableenv.Table, busenv.Bus) }
