// Package s3 keeps documents as gzip objects in an S3 bucket.
package s3

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/fault"
)

// contentType says what an object is. A Content-Encoding would let clients
// expand it behind the adapter's back.
const contentType = "application/gzip"

// Store is a blob.Store in one bucket.
type Store struct {
	client *s3.Client
	bucket *string
}

var _ blob.Store = (*Store)(nil)

// New returns the store of a bucket.
func New(client *s3.Client, bucket string) *Store {
	return &Store{client: client, bucket: aws.String(bucket)}
}

// Put implements blob.Store.
func (s *Store) Put(ctx context.Context, key string, data []byte) error {
	if err := blob.ValidatePut(key, data); err != nil {
		return err
	}
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: s.bucket, Key: aws.String(key),
		Body: bytes.NewReader(blob.Compress(data)), ContentType: aws.String(contentType)})
	return s.fail(ctx, err, "write", key)
}

// Get implements blob.Store.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := blob.ValidateKey(key); err != nil {
		return nil, err
	}
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: s.bucket, Key: aws.String(key)})
	if err != nil {
		return nil, s.fail(ctx, err, "read", key)
	}
	packed, err := io.ReadAll(io.LimitReader(out.Body, 2*blob.MaxBytes))
	if err = errors.Join(err, out.Body.Close()); err != nil {
		return nil, s.fail(ctx, err, "read", key)
	}
	return blob.Expand(key, packed)
}

// Delete implements blob.Store; an absent document is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := blob.ValidateKey(key); err != nil {
		return err
	}
	_, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: s.bucket, Key: aws.String(key)})
	return s.fail(ctx, err, "delete", key)
}

// List implements blob.Store.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]string, error) {
	if err := blob.ValidateList(prefix, after, limit); err != nil {
		return nil, err
	}
	in := &s3.ListObjectsV2Input{Bucket: s.bucket, MaxKeys: aws.Int32(int32(limit))}
	if prefix != "" {
		in.Prefix = aws.String(prefix)
	}
	if after != "" {
		in.StartAfter = aws.String(after)
	}
	var keys []string
	for {
		out, err := s.client.ListObjectsV2(ctx, in)
		if err != nil {
			return nil, s.fail(ctx, err, "list", prefix)
		}
		for _, object := range out.Contents {
			keys = append(keys, aws.ToString(object.Key))
		}
		if len(keys) >= limit || !aws.ToBool(out.IsTruncated) || len(out.Contents) == 0 {
			return keys[:min(limit, len(keys))], nil
		}
		in.StartAfter = aws.String(keys[len(keys)-1])
	}
}

// fail turns an error of the SDK into a fault that says what to do.
func (s *Store) fail(ctx context.Context, err error, doing, key string) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return fault.Wrap(err, fault.Unavailable, "S3 does not answer, cannot %s", doing).On(key, "")
	}
	code, hint := fault.Unavailable, ""
	switch api.ErrorCode() {
	case "NoSuchKey", "NotFound":
		return blob.Absent(key)
	case "EntityTooLarge":
		code = fault.TooLarge
	case "NoSuchBucket", "PermanentRedirect":
		code, hint = fault.Misconfigured, "Check the name of the bucket and the region"
	case "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken":
		code, hint = fault.Misconfigured, "Check the credentials and the policy of the function"
	}
	return fault.Wrap(err, code, "cannot %s in bucket %s", doing, *s.bucket).On(key, "").Do(hint)
}
