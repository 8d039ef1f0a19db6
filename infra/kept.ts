/** Whether the stage's data outlives the stage. sst.config.ts decides this by the stage's name. */
export const isKept = $app.removal !== "remove";

// The list of types that SST retains itself (platform/src/auto/run.ts) has the bucket, but not the resources that
// protect it and no logs.
if (isKept) {
  keep(aws.cloudwatch.LogGroup);
  keep(aws.s3.BucketLifecycleConfiguration);
  keep(aws.s3.BucketPolicy);
  keep(aws.s3.BucketPublicAccessBlock);
  keep(aws.s3.BucketServerSideEncryptionConfiguration);
  keep(aws.s3.BucketVersioning);
}

type ResourceClass<Args> = new (name: string, args: Args, options?: $util.CustomResourceOptions) => object;

/** Retains every resource of this class that is declared from here on. */
function keep<Args>(kind: ResourceClass<Args>): void {
  $transform(kind, (_, options) => {
    options.retainOnDelete = true;
  });
}
