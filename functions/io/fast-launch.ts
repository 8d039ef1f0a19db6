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
import { ec2 } from "./ec2-client.ts";
import { clientsAs } from "./fleets/clients.ts";
import { shareReads } from "./shared-reads.ts";

const pageSize = 200;

/** Writes that look again at the same time share what is read. */
const readShown: (account: string) => Promise<Record<string, FastLaunch>> = shareReads(describe);

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

/** EC2 names no owner of an image that is shared with this account, and another one than this account for AWS's own. */
async function describe(account: string): Promise<Record<string, FastLaunch>> {
  const all: [string, FastLaunch][] = [];
  for await (const { FastLaunchImages } of paginateDescribeFastLaunchImages({ client: ec2, pageSize }, {})) {
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

/**
 * Asks EC2 to make and keep snapshots of the image. EC2 looks first whether the caller could start an instance from the
 * image and the template itself.
 */
export async function enableFastLaunch(
  image: string,
  environment: Environment,
  { policies }: Pick<Configuration, "policies">,
): Promise<void> {
  const { targetResourceCount, maxParallelLaunches } = policies.fastLaunch ?? {};
  await clientOf(environment).send(
    new EnableFastLaunchCommand({
      ImageId: image,
      ResourceType: "snapshot",
      SnapshotConfiguration: { TargetResourceCount: targetResourceCount },
      MaxParallelLaunches: maxParallelLaunches,
      LaunchTemplate: templateIn(environment),
    }),
  );
}

/** Asks EC2 to remove the snapshots of an image and to make no more. The image itself may be gone. */
export async function disableFastLaunch(image: string, environment: Environment): Promise<void> {
  await clientOf(environment).send(new DisableFastLaunchCommand({ ImageId: image }));
}

/** The deployment has looked the template up: `lt-0123456789abcdef0:1`. */
function templateIn({ FAST_LAUNCH_TEMPLATE = "" }: Environment) {
  const [LaunchTemplateId, Version] = FAST_LAUNCH_TEMPLATE.split(":");
  if (!LaunchTemplateId || !Version) throw new Error("FAST_LAUNCH_TEMPLATE is missing: deploy again");
  return { LaunchTemplateId, Version };
}

function clientOf({ FAST_LAUNCH_ROLE }: Environment): EC2Client {
  if (!FAST_LAUNCH_ROLE) throw new Error("FAST_LAUNCH_ROLE is missing: deploy again");
  return clientsAs(FAST_LAUNCH_ROLE).ec2;
}

/**
 * Whether AWS refused what was asked, so that asking again at once would fail in the same way. Throttling and faults of
 * AWS's own pass.
 */
export function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error && "$metadata" in error)) return false;
  const { httpStatusCode = 500 } = error.$metadata as { httpStatusCode?: number };
  return httpStatusCode >= 400 && httpStatusCode < 500 && !/throttl|^RequestLimitExceeded|expired/i.test(error.name);
}
