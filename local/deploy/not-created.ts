/**
 * Resource types that a local deployment does not create, with the reason. A type that is not listed here and has no
 * creator fails.
 */
export const notCreated: Readonly<Record<string, string>> = {
  "aws:s3/bucketPolicy:BucketPolicy":
    "it denies calls without TLS and records by others; the emulator ignores conditions in bucket policies and would deny every call",
  "aws:cloudwatch/metricAlarm:MetricAlarm":
    "the emulator has no metrics of queues and functions and extracts none from logs, so an alarm could never change its state",
  "aws:cloudwatch/queryDefinition:QueryDefinition": "the emulator supports no saved queries",
  "aws:kms/key:Key": "the emulator encrypts nothing: topics refer to the key and deliver without it",
  "aws:kms/keyPolicy:KeyPolicy": "there is no key; tests judge its policy on the graph",
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "the emulator's queues do not support this attribute",
  "aws:lambda/eventSourceMapping:EventSourceMapping":
    "the emulator would run the function in Docker; the local runner polls the queue with the mapping's settings instead",
};
