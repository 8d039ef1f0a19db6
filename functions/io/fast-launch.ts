import {
  DisableFastLaunchCommand,
  type EC2Client,
  EnableFastLaunchCommand,
  paginateDescribeFastLaunchImages,
} from "@aws-sdk/client-ec2";
import type { Configuration } from "../config/configuration.ts";
import type { Environment } from "../config/environment.ts";
import { leastParallelLaunches } from "../config/fast-launch.ts";
import type { FastLaunchRecords } from "../domain/fast-launch-records.ts";
import type { FastLaunch, FastLaunches } from "../domain/fast-launches.ts";
import { type Clients, clientsAs, home } from "./clients.ts";
import { shareReads } from "./shared-reads.ts";

const pageSize = 200;

/** Writes that look again at the same time share what is read. */
const readShown = shareReads((account: string) => describeFastLaunches(home, account));

/**
 * What EC2 shows of Fast Launch in this account and Region; undefined without the policy, and then EC2 is not asked.
 * Never throws: if EC2 does not tell, that is unknown.
 */
export async function readFastLaunches(
  { TOPIC_ARN }: Pick<Environment, "TOPIC_ARN">,
  { policies }: Pick<Configuration, "policies">,
  records: FastLaunchRecords,
): Promise<FastLaunches | undefined> {
  if (!policies.fastLaunch) return undefined;
  try {
    return { ...records, state: "known", images: await readShown(TOPIC_ARN.split(":")[4] ?? "") };
  } catch (error) {
    return { ...records, state: "unknown", why: `asking what has Fast Launch: ${(error as Error).message}` };
  }
}

/** All of an account in one Region. EC2 names no owner of an image that is shared with this account, and another one than this account for AWS's own. */
export async function describeFastLaunches(
  { ec2: client }: Clients,
  account: string,
): Promise<Record<string, FastLaunch>> {
  const all: [string, FastLaunch][] = [];
  for await (const { FastLaunchImages } of paginateDescribeFastLaunchImages({ client, pageSize }, {})) {
    if (!FastLaunchImages) throw new Error("DescribeFastLaunchImages answered without a list");
    for (const one of FastLaunchImages) {
      const { ImageId: image, State: state, StateTransitionReason, StateTransitionTime, OwnerId } = one;
      if (!image || !state) throw new Error("DescribeFastLaunchImages answered with an incomplete image");
      if (OwnerId && OwnerId !== account) continue;
      const reason = StateTransitionReason || undefined;
      const since = StateTransitionTime?.getTime();
      const { MaxParallelLaunches: maxParallelLaunches = leastParallelLaunches } = one;
      all.push([image, { image, state, reason, since, maxParallelLaunches }]);
    }
  }
  return Object.fromEntries(all);
}

/** How Fast Launch is changed, and where. */
export interface FastLaunchCalls {
  ec2: EC2Client;
  /** Without one, EC2 makes a network and a template of its own by CloudFormation, as whoever calls. */
  template?: { LaunchTemplateId: string; Version: string };
}

/**
 * At home, by the role and with the template of the deployment.
 * @throws Error if the deployment is from before the policy
 */
export function fastLaunchAtHome(environment: Environment): Required<FastLaunchCalls> {
  return { ec2: clientOf(environment), template: templateIn(environment) };
}

/**
 * Asks EC2 to make and keep snapshots of the image. EC2 looks first whether the caller could start an instance from the
 * image and the template itself.
 */
export async function enableFastLaunch(
  { ec2, template }: FastLaunchCalls,
  image: string,
  { policies }: Pick<Configuration, "policies">,
): Promise<void> {
  const { targetResourceCount, maxParallelLaunches } = policies.fastLaunch ?? {};
  await ec2.send(
    new EnableFastLaunchCommand({
      ImageId: image,
      ResourceType: "snapshot",
      SnapshotConfiguration: { TargetResourceCount: targetResourceCount },
      MaxParallelLaunches: maxParallelLaunches,
      LaunchTemplate: template,
    }),
  );
}

/** Asks EC2 to remove the snapshots of an image and to make no more. The image itself may be gone. */
export async function disableFastLaunch({ ec2 }: FastLaunchCalls, image: string): Promise<void> {
  await ec2.send(new DisableFastLaunchCommand({ ImageId: image }));
}

/** The deployment has looked the template up: `lt-0123456789abcdef0:1`. */
function templateIn({ FAST_LAUNCH_TEMPLATE = "" }: Environment) {
  const [LaunchTemplateId, Version] = FAST_LAUNCH_TEMPLATE.split(":");
  if (!LaunchTemplateId || !Version) throw new Error("FAST_LAUNCH_TEMPLATE is missing: deploy again");
  return { LaunchTemplateId, Version };
}

function clientOf({ FAST_LAUNCH_ROLE }: Environment): EC2Client {
  if (!FAST_LAUNCH_ROLE) throw new Error("FAST_LAUNCH_ROLE is missing: deploy again");
  return clientsAs({ arn: FAST_LAUNCH_ROLE, session: "fast-launch" }).ec2;
}
