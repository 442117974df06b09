// Package tableenv gives a function the DynamoDB table of its stack.
package tableenv

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table/dynamo"
)

// Table is the need for records.
func Table(env awsenv.Env, d *fn.Deps) error {
	name, err := env.Need(awsenv.TableName)
	if err != nil {
		return err
	}
	cfg, err := env.Config()
	if err != nil {
		return err
	}
	d.Table = dynamo.New(dynamodb.NewFromConfig(cfg), name, d.Clock)
	return nil
}
