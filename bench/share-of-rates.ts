import type { Call } from "../test/memory-aws/endpoint.ts";

/**
 * What an account may call by default. EC2 has a bucket of tokens for each action (EC2 developer guide, "Request
 * throttling for the Amazon EC2 API"); Parameter Store answers so many calls a second (AWS General Reference, "Systems
 * Manager endpoints and quotas"; PutParameter as AWS's support tells it, github-aws-runners#2944).
 */
const defaults = {
  ec2Read: { bucket: 100, refill: 20 },
  ec2Write: { bucket: 50, refill: 5 },
  parameterReads: 40,
  parameterWrites: 3,
};

/**
 * The largest share that calls take of any of these rates: how far they empty a bucket that was full, or how many of a
 * second's calls they make in the busiest second.
 */
export function shareOfRates(calls: readonly Call[]): number {
  const of = (service: string, pattern: RegExp) =>
    calls.filter((call) => call.service === service && pattern.test(call.operation));
  const actions = Map.groupBy(of("ec2", /./), ({ operation }) => operation);
  return Math.max(
    0,
    ...[...actions].map(([action, some]) =>
      emptied(some, action.startsWith("Describe") ? defaults.ec2Read : defaults.ec2Write),
    ),
    busiest(of("ssm", /^GetParameter/)) / defaults.parameterReads,
    busiest(of("ssm", /^PutParameter/)) / defaults.parameterWrites,
  );
}

/** The largest part of a bucket that was missing. */
function emptied(calls: readonly Call[], { bucket, refill }: { bucket: number; refill: number }): number {
  let missing = 0;
  let last = 0;
  let most = 0;
  for (const { at } of calls) {
    missing = Math.max(0, missing - ((at - last) / 1000) * refill) + 1;
    most = Math.max(most, missing);
    last = at;
  }
  return most / bucket;
}

/** Most calls within a second. */
function busiest(calls: readonly Call[]): number {
  return Math.max(0, ...calls.map(({ at }) => calls.filter((other) => at <= other.at && other.at < at + 1000).length));
}
