package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/orderloom/orderloom/shared/table"
)

// EnsureTable creates the table with its indexes and stream unless it
// exists, and waits until it serves. Tests use it; on AWS the template creates
// the table, with the same keys.
func EnsureTable(ctx context.Context, client *dynamodb.Client, name string) error {
	in := &dynamodb.CreateTableInput{
		TableName:           aws.String(name),
		BillingMode:         types.BillingModePayPerRequest,
		KeySchema:           keySchema(table.Primary),
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage},
	}
	for _, index := range []table.Index{table.Primary, table.GSI1, table.GSI2} {
		pk, sk := index.Attributes()
		for _, attr := range []string{pk, sk} {
			in.AttributeDefinitions = append(in.AttributeDefinitions,
				types.AttributeDefinition{AttributeName: aws.String(attr), AttributeType: types.ScalarAttributeTypeS})
		}
		if index != table.Primary {
			in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
				IndexName: aws.String(string(index)), KeySchema: keySchema(index),
				Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}})
		}
	}
	_, err := client.CreateTable(ctx, in)
	if _, exists := errors.AsType[*types.ResourceInUseException](err); exists {
		err = nil
	}
	if err != nil {
		return err
	}
	return dynamodb.NewTableExistsWaiter(client).Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(name)}, time.Minute)
}

func keySchema(index table.Index) []types.KeySchemaElement {
	pk, sk := index.Attributes()
	return []types.KeySchemaElement{
		{AttributeName: aws.String(pk), KeyType: types.KeyTypeHash},
		{AttributeName: aws.String(sk), KeyType: types.KeyTypeRange},
	}
}
