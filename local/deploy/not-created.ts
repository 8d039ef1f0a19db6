/** Resource types of the program that a local deployment does not create, each with the reason. Any other type without a creator fails. */
export const notCreated: Readonly<Record<string, string>> = {
  "aws:s3/bucketPolicy:BucketPolicy":
    "it denies what comes without TLS; the emulator heeds no condition in bucket policies and would deny every call",
  "aws:cloudwatch/metricAlarm:MetricAlarm":
    "the emulator measures nothing of its queues and functions and reads no metrics out of logs, so that no alarm could ever ring",
  "aws:cloudwatch/queryDefinition:QueryDefinition": "the emulator saves no queries and runs none",
  "aws:kms/key:Key": "the emulator encrypts nothing: topics bear the name of the key and deliver without it",
  "aws:kms/keyPolicy:KeyPolicy": "there is no key; who may use it is judged on the graph",
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "the emulator's queues do not know this attribute",
  "aws:lambda/eventSourceMapping:EventSourceMapping":
    "the emulator would run the function itself, in Docker; the local runner polls the queue with the mapping's settings instead",
};
