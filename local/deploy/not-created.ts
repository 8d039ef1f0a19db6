/** Resource types of the program that a local deployment does not create, each with the reason. Any other type without a creator fails. */
export const notCreated: Readonly<Record<string, string>> = {
  "aws:s3/bucketPolicy:BucketPolicy":
    "it denies what comes without TLS; the emulator heeds no condition in bucket policies and would deny every call",
  "aws:lambda/eventSourceMapping:EventSourceMapping":
    "the emulator would run the function itself, in Docker; the local runner polls the queue with the mapping's settings instead",
};
