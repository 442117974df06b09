// Command resolve-exception is the Lambda function orders/resolve-exception.
package main

import "github.com/orderloom/orderloom/functions/orders"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/statesenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(orders.ResolveException, storeenv.Records, statesenv.Machines) }
