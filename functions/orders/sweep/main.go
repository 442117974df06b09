// Command sweep is the Lambda function orders/sweep.
package main

import "github.com/orderloom/orderloom/functions/orders"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/busenv"
import "github.com/orderloom/orderloom/shared/awsenv/tableenv"

func main() { awsenv.Start(orders.Sweep, tableenv.Table, busenv.Bus) }
