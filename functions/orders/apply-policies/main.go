// Command apply-policies is the Lambda function orders/apply-policies.
package main

import "github.com/orderloom/orderloom/functions/orders"
import "github.com/orderloom/orderloom/shared/awsenv"
import "github.com/orderloom/orderloom/shared/awsenv/storeenv"

func main() { awsenv.Start(orders.ApplyPolicies, storeenv.Records) }
