import { DescribeImagesCommand, DescribeSnapshotsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { z } from "zod";
import { tagPrefix } from "../../functions/domain/inputs.ts";
import type { RecordedCall } from "../aws/emulator.ts";
import { parameterName } from "../aws/public-images.ts";
import type { Build } from "../codebuild/build.ts";
import { leftBehind } from "../rehearsal/left-behind.ts";
import { permissionsOf } from "../rehearsal/permissions.ts";
import { publicImage } from "../rehearsal/stage.ts";
import type { Notification } from "../stack/inbox.ts";
import type { Stack } from "../stack/stack.ts";
import type { Scene } from "./case.ts";
import { roleName } from "./moments.ts";

/** Everything that the judgement of a case looks at. */
export interface Evidence {
  variants: VariantEvidence[];
  /** The account's own images with their tags, without the tags' prefix. */
  images: { id: string; tags: Record<string, string>; snapshots: string[] }[];
  snapshots: string[];
  /** Every call to AWS that succeeded, in the order of arrival. */
  calls: Pick<RecordedCall, "operation" | "parameters">[];
  builds: readonly Build[];
  notifications: readonly Notification[];
  /** What is left of builds in EC2, in words. */
  leftBehind: string[];
  /** Calls of the functions that the deployed policies deny. */
  denied: string[];
  channelsPrefix: string;
}

export interface VariantEvidence {
  name: string;
  /** What the service says an image should be made from now. */
  desired: Record<string, string>;
  /** The base image that AWS's parameter names. */
  newestBase: string;
  candidate: string | null;
  stable: string | null;
}

const Channel = z.object({ image: z.string().nullable() });
const Status = z.object({
  variants: z.array(
    z.object({
      variant: z.string(),
      desired: z.record(z.string(), z.string()),
      channels: z.object({ candidate: Channel, stable: Channel }),
    }),
  ),
});

export async function gather({ stage, stack, signal }: Scene): Promise<Evidence> {
  const { emulator, deployment, codebuild, inbox } = stack;
  const { url: endpoint, region, credentials } = emulator;
  const ec2 = new EC2Client({ endpoint, region, credentials });
  const { variants } = Status.parse(await stage.get("/?images=none", signal));
  const [bases, { Images = [] }, { Snapshots = [] }, calls, left, permissions] = await Promise.all([
    newestBases(stack),
    ec2.send(new DescribeImagesCommand({ Owners: ["self"], IncludeDisabled: true })),
    ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] })),
    emulator.calls(),
    leftBehind(emulator),
    permissionsOf(stack, undefined),
  ]);
  ec2.destroy();
  return {
    variants: variants.map(({ variant: name, desired, channels }) => ({
      name,
      desired,
      newestBase: bases[name] ?? "",
      candidate: channels.candidate.image,
      stable: channels.stable.image,
    })),
    images: Images.map(({ ImageId: id = "", Tags = [], BlockDeviceMappings = [] }) => ({
      id,
      tags: Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key.replace(tagPrefix, ""), Value])),
      snapshots: BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
    })),
    snapshots: Snapshots.flatMap(({ SnapshotId, Tags = [] }) => (Tags.length > 0 && SnapshotId) || []),
    calls: calls.filter(({ status }) => status === 200).map(({ operation, parameters }) => ({ operation, parameters })),
    builds: codebuild.builds(),
    notifications: inbox.notifications(),
    leftBehind: left,
    // A build may delete twice what it cannot leave behind, and what is gone has no tags that would allow it.
    denied: permissions.denied.filter((call) => !call.startsWith(`role ${roleName(deployment.buildRoleArn)} `)),
    channelsPrefix: deployment.channelsPrefix,
  };
}

async function newestBases({ emulator, configuration }: Stack): Promise<Record<string, string>> {
  const { url: endpoint, region, credentials } = emulator;
  const ssm = new SSMClient({ endpoint, region, credentials });
  const bases: Record<string, string> = {};
  for (const variant of configuration.variants) {
    const name = parameterName(publicImage(variant));
    const Name = variant.base === "EKS_Optimized" ? `${name}/image_id` : name;
    bases[variant.name] = (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value ?? "";
  }
  ssm.destroy();
  return bases;
}
