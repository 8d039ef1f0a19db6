import { artifacts } from "./artifacts.ts";
import { policies } from "./configuration.ts";
import { managedPolicies } from "./managed-policies.ts";
import { roleArn } from "./names.ts";
import { fastLaunchPathsOf } from "./records.ts";
import { unscopedStatement } from "./unscoped.ts";

/** ARN of the role that alone may enable and disable Fast Launch; undefined without the policy. */
export const fastLaunchRole = policies.fastLaunch ? roleArn("fast-launch") : undefined;

/** What api may do about Fast Launch: see what has it. */
export const observingFastLaunch = fastLaunchRole
  ? managedPolicies("FastLaunchObserved", "fast-launch-observed", [
      [unscopedStatement(["ec2:DescribeFastLaunchImages"])],
    ])
  : [];

/** What reconcile may do about it: see it, record what it enables, and assume the role for that. */
export const reconcilingFastLaunch = fastLaunchRole
  ? [
      ...observingFastLaunch,
      ...managedPolicies("FastLaunchReconciled", "fast-launch-reconciled", [
        [
          {
            actions: ["s3:PutObject"],
            resources: fastLaunchPathsOf("reconcile").map((path) => $interpolate`${artifacts.arn}/${path}`),
          },
          { actions: ["sts:AssumeRole"], resources: [fastLaunchRole] },
        ],
      ]),
    ]
  : [];
