/** Whether what the stage has made outlives it; sst.config.ts decides it by the stage's name. */
export const isKept = $app.removal !== "remove";

// SST's own list of what it then keeps (platform/src/auto/run.ts) has the bucket, but neither what protects the bucket nor any log.
if (isKept) {
  keep(aws.cloudwatch.LogGroup);
  keep(aws.s3.BucketLifecycleConfiguration);
  keep(aws.s3.BucketPolicy);
  keep(aws.s3.BucketPublicAccessBlock);
  keep(aws.s3.BucketServerSideEncryptionConfiguration);
  keep(aws.s3.BucketVersioning);
}

type ResourceClass<Args> = new (name: string, args: Args, options?: $util.CustomResourceOptions) => object;

/** Every resource of the class that is declared from now on. */
function keep<Args>(kind: ResourceClass<Args>): void {
  $transform(kind, (_, options) => {
    options.retainOnDelete = true;
  });
}
