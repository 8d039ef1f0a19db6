import type { DescribeAlarmsCommandInput } from "@aws-sdk/client-cloudwatch";
import type { DescribeClusterVersionsCommandInput } from "@aws-sdk/client-eks";
import type { Account } from "./account.ts";
import { codebuild } from "./codebuild.ts";
import { ec2 } from "./ec2.ts";
import { autoScalingGroups, nodeGroups } from "./groups.ts";
import { sns, sqs } from "./messages.ts";
import { s3 } from "./s3.ts";
import { ssm } from "./ssm.ts";
import { sts } from "./sts.ts";

/** One call: what a client of the SDK sends (`client.send`), and what it gets. */
export type Operation = (account: Account, input: never) => object;

const eks = {
  ...nodeGroups,
  DescribeClusterVersions({ clusterVersions }: Account, input: DescribeClusterVersionsCommandInput) {
    const found = (input.clusterVersions ?? []).filter((minor) => clusterVersions.has(minor));
    return {
      clusterVersions: found.map((clusterVersion) => ({
        clusterVersion,
        kubernetesPatchVersion: clusterVersions.get(clusterVersion),
      })),
    };
  },
};

/** The operations that the functions call, by service. What is not here does not exist. */
export const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  autoscaling: autoScalingGroups,
  cloudwatch: {
    DescribeAlarms: ({ alarms }: Account, { AlarmNames = [] }: DescribeAlarmsCommandInput) => ({
      MetricAlarms: AlarmNames.flatMap((name) => alarms.get(name) ?? []),
      CompositeAlarms: [],
    }),
  },
  codebuild,
  ec2,
  eks,
  s3,
  sns,
  sqs,
  ssm,
  sts,
};

/** @throws ServiceError as AWS answers; Error if the operation is not among these */
export function perform(account: Account, service: string, operation: string, input: object): object {
  const carryOut = operations[service]?.[operation];
  if (!carryOut) throw new Error(`the account in memory has no ${service} ${operation}`);
  return carryOut(account, input as never);
}
