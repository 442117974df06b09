// Package blobenv gives a function the S3 bucket of its stack.
package blobenv

import (
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/orderloom/orderloom/shared/awsenv"
	blobs "github.com/orderloom/orderloom/shared/blob/s3"
	"github.com/orderloom/orderloom/shared/fn"
)

// Bucket is the need for large documents.
func Bucket(env awsenv.Env, d *fn.Deps) error {
	name, err := env.Need(awsenv.BucketName)
	if err != nil {
		return err
	}
	cfg, err := env.Config()
	if err != nil {
		return err
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = env.Local() // one address; no host name per bucket
	})
	d.Blobs = blobs.New(client, name)
	return nil
}
