import type { Build as CodeBuildBuild } from "@aws-sdk/client-codebuild";
import type { Image as Ec2Image } from "@aws-sdk/client-ec2";
import { mapKeys, pickBy } from "es-toolkit";
import { type ChannelName, channelNames, channelParameter } from "../../functions/config/channel-names.ts";
import type { Environment } from "../../functions/config/environment.ts";
import { iso } from "../../functions/config/time.ts";
import type { Build } from "../../functions/domain/builds.ts";
import type { Image } from "../../functions/domain/images.ts";
import { inputsToTags, tagPrefix } from "../../functions/domain/inputs.ts";
import { type Measured, measureRecord } from "../../functions/domain/measures.ts";
import { holdingRecord, recordsPrefix } from "../../functions/domain/records.ts";
import { requestToText } from "../../functions/domain/requests.ts";
import { baseParameterOf, harvestParameterOf } from "../../functions/domain/upstream.ts";
import type { World } from "../../functions/domain/world.ts";
import { manifestKey } from "../../functions/io/harvests.ts";
import { channelWriteToTag } from "../../functions/io/tagged-image.ts";
import { recordsOf } from "../records.ts";
import { type Account, emptyAccount, ownerId, ownRegion } from "./account.ts";

/** The functions' environment in this account. */
export function environmentOf({ stage, recipe, harvestRecipe, instanceProfiles }: World): Environment {
  return {
    STAGE: stage,
    RECIPE: recipe,
    HARVEST_RECIPE: harvestRecipe,
    PROJECT_NAME: "project",
    TOPIC_ARN: `arn:aws:sns:us-east-1:${ownerId}:images`,
    QUEUE_URL: "https://queue.example.com/triggers",
    BUCKET: "artifacts",
    CHANNELS_PREFIX: `/eks-windows-images/${stage}/channels`,
    REQUESTS_PREFIX: `/eks-windows-images/${stage}/requests`,
    FLEETS_PREFIX: `/eks-windows-images/${stage}/fleets`,
    FLEETS_ROLE: `arn:aws:iam::${ownerId}:role/fleets`,
    FAST_LAUNCH_ROLE: `arn:aws:iam::${ownerId}:role/fast-launch`,
    FAST_LAUNCH_TEMPLATE: "lt-0123456789abcdef0:1",
    INSTANCE_PROFILES: instanceProfiles.join(),
  };
}

/**
 * The account in which a reconcile run reads this world, if no variant's upstream differs from what AWS publishes for
 * all: the first variant's of its kind counts.
 */
export function accountOf(world: World): Account {
  const account = emptyAccount({ id: ownerId, region: ownRegion, now: Date.now });
  account.builds = world.builds.toSorted((a, b) => b.startedAt - a.startedAt).map(buildOf);
  addUpstream(account, world);
  for (const image of world.images) addImage(account, world, image);
  addParameters(account, world);
  for (const key of world.notified) account.objects.set(`announced/${key}`, { at: new Date(world.now), body: "" });
  for (const [image, references] of Object.entries(world.references))
    if (references.state === "used")
      for (const by of references.by)
        account.references.push({ ImageId: image, Arn: `arn:aws:ec2:us-east-1:${ownerId}:${by}` });
  return account;
}

function addUpstream(account: Account, { configuration, upstream, harvests, harvestRecipe, now }: World): void {
  const publish = (name: string, ami: string, released: number) => {
    if (account.parameters.has(name)) return;
    account.parameters.set(name, { Name: name, Value: ami, Version: 1, LastModifiedDate: new Date(now) });
    account.images.set(ami, { ImageId: ami, OwnerId: "801119661308", State: "available", CreationDate: iso(released) });
  };
  for (const variant of configuration.variants) {
    const { baseAmi, baseReleasedAt = now, harvestSource } = upstream[variant.name] ?? {};
    if (baseAmi?.state === "known") publish(baseParameterOf(variant), baseAmi.value, baseReleasedAt);
    const parameter = harvestParameterOf(variant);
    if (parameter && harvestSource?.state === "known") publish(parameter, harvestSource.value, baseReleasedAt);
  }
  const file = { path: "start.ps1", sha256: "f".repeat(64), bytes: 1 };
  for (const [source, { state }] of Object.entries(harvests))
    if (state === "known")
      account.objects.set(manifestKey(source), {
        at: new Date(now),
        body: JSON.stringify({ files: [file], recipe: harvestRecipe }),
      });
}

function addParameters({ parameters }: Account, world: World): void {
  const { CHANNELS_PREFIX, REQUESTS_PREFIX } = environmentOf(world);
  for (const [variant, channels] of Object.entries(world.channels))
    for (const name of channelNames) {
      const channel = channels[name];
      if (!channel) continue;
      const Name = channelParameter(CHANNELS_PREFIX, variant, name);
      const { image: Value, version: Version, writtenAt } = channel;
      parameters.set(Name, { Name, Value, Version, LastModifiedDate: new Date(writtenAt), DataType: "aws:ec2:image" });
    }
  for (const [variant, request] of Object.entries(world.requests)) {
    const Name = `${REQUESTS_PREFIX}/${variant}`;
    const LastModifiedDate = new Date(request.at);
    parameters.set(Name, { Name, Value: requestToText(request), Version: 1, LastModifiedDate });
  }
}

/** An image with its snapshot and records, as builds and the service leave them. */
function addImage(account: Account, { stage }: World, image: Image): void {
  const tags = tagsOf(stage, image);
  const Tags = Object.entries(tags).map(([name, Value]) => ({ Key: `${tagPrefix}${name}`, Value }));
  const SnapshotId = image.id.replace("ami-", "snap-");
  account.images.set(image.id, {
    ...sample,
    ImageId: image.id,
    Name: image.name,
    State: image.state as Ec2Image["State"],
    CreationDate: iso(image.createdAt),
    Tags,
    BlockDeviceMappings: [
      { DeviceName: "/dev/sda1", Ebs: { SnapshotId, VolumeSize: 100, VolumeType: "gp3", Encrypted: false } },
    ],
  });
  const ofRun = Tags.filter(({ Key }) => ["stage", "variant", "token"].includes(Key.slice(tagPrefix.length)));
  account.snapshots.push({
    SnapshotId,
    OwnerId: ownerId,
    State: "completed",
    StartTime: new Date(image.createdAt),
    Description: `Created by CreateImage(i-0123456789abcdef0) for ${image.id}`,
    Tags: ofRun,
  });
  for (const key of recordsOf(image.id, tags))
    account.objects.set(`${recordsPrefix}${key}`, { at: new Date(image.provedAt ?? image.createdAt), body: "" });
  for (const [channel, at] of Object.entries(image.held))
    account.objects.set(`${recordsPrefix}${holdingRecord(image.id, channel as ChannelName)}`, {
      at: new Date(at),
      body: "",
    });
  for (const [what, value] of Object.entries(image.measured) as [keyof Measured, number | undefined][])
    if (value !== undefined)
      account.objects.set(`${recordsPrefix}${measureRecord(image.id, { what, value, token: "0".repeat(64) })}`, {
        at: new Date(image.provedAt ?? image.createdAt),
        body: "",
      });
}

function tagsOf(stage: string, image: Image): Record<string, string> {
  const { variant, token, proof, reasons, inputs, published, retiredAt } = image;
  const channels = Object.entries(published).map(([channel, write]) => [
    `published-${channel}`,
    channelWriteToTag(write),
  ]);
  return {
    ...mapKeys(inputsToTags(inputs), (_, key) => key.slice(tagPrefix.length)),
    ...pickBy({ stage, variant, token, proof, reasons } as Record<string, string>, (value) => value !== undefined),
    ...Object.fromEntries(channels),
    ...(retiredAt !== undefined && { "retired-at": iso(retiredAt) }),
  };
}

/** What EC2 says besides about an image of a build. */
const sample: Ec2Image = {
  Architecture: "x86_64",
  OwnerId: ownerId,
  Public: false,
  ImageType: "machine",
  Platform: "Windows",
  PlatformDetails: "Windows",
  UsageOperation: "RunInstances:0002",
  Hypervisor: "xen",
  EnaSupport: true,
  RootDeviceName: "/dev/sda1",
  RootDeviceType: "ebs",
  SriovNetSupport: "simple",
  VirtualizationType: "hvm",
  BootMode: "uefi",
  TpmSupport: "v2.0",
  ImageLocation: `${ownerId}/eks-windows-images`,
  Description: "Windows for EKS, built by eks-windows-images",
  SourceInstanceId: "i-0123456789abcdef0",
};

function buildOf(build: Build): CodeBuildBuild {
  const variables = {
    PURPOSE: build.purpose,
    VARIANT: build.variant,
    INPUTS: JSON.stringify(build.inputs),
    ATTEMPT: String(build.attempt),
    TOKEN: build.token,
    ...(build.purpose !== "build" && build.image && { IMAGE_ID: build.image }),
    RECIPE: build.inputs.recipe ?? "",
    REASONS: "first image of the variant",
    PACKER_VARIABLES: "x".repeat(2_000),
  };
  const exported = { IMAGE_ID: build.image, FAILURE_CLASS: build.failure?.class, FAILURE_CAUSE: build.failure?.cause };
  const statuses = { running: "IN_PROGRESS", succeeded: "SUCCEEDED", failed: "FAILED", stopped: "STOPPED" } as const;
  return {
    id: build.id,
    projectName: "project",
    buildStatus: statuses[build.status],
    currentPhase: build.phase,
    startTime: new Date(build.startedAt),
    ...(build.endedAt !== undefined && { endTime: new Date(build.endedAt) }),
    buildComplete: build.status !== "running",
    environment: {
      type: "LINUX_CONTAINER",
      image: "aws/codebuild/standard:7.0",
      computeType: "BUILD_GENERAL1_SMALL",
      environmentVariables: Object.entries(variables).map(([name, value]) => ({
        name,
        value,
        type: "PLAINTEXT" as const,
      })),
    },
    exportedEnvironmentVariables: Object.entries(exported).flatMap(([name, value]) => (value ? [{ name, value }] : [])),
    phases: phases.map((phaseType) => ({
      phaseType,
      phaseStatus: "SUCCEEDED",
      durationInSeconds: 10,
      startTime: new Date(build.startedAt),
      endTime: new Date(build.startedAt),
      contexts: [{ statusCode: "", message: "" }],
    })),
  };
}

const phases = [
  "SUBMITTED",
  "QUEUED",
  "PROVISIONING",
  "DOWNLOAD_SOURCE",
  "INSTALL",
  "PRE_BUILD",
  "BUILD",
  "POST_BUILD",
  "UPLOAD_ARTIFACTS",
  "FINALIZING",
  "COMPLETED",
] as const;
