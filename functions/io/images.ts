import { DescribeImagesCommand, EC2Client, type Image as Ec2Image, paginateDescribeImages } from "@aws-sdk/client-ec2";
import { z } from "zod";
import { type ChannelName, channelNames } from "../config/channel-names.ts";
import { iso } from "../config/time.ts";
import { areComplete, type Inputs, inputsFromTags, type RecordedInputs, tagPrefix } from "../domain/inputs.ts";
import { type Intervention, interventionFromTag } from "../domain/intervention-tags.ts";

const ec2 = new EC2Client({});

/** An AMI of ours with what its tags record. */
export interface Image {
  id: string;
  variant: string;
  /** EC2's own word: `available`, `pending`, `disabled`, `failed` … */
  state: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  inputs: RecordedInputs;
  /** Token of the build that made it. */
  token: string | undefined;
  /** What the build was started for, one reason a line (clipped to a tag's length). */
  reasons: string | undefined;
  proof: "passed" | "failed" | undefined;
  provedAt: number | undefined;
  /** That and why it must never be written to a channel again. */
  revoked: Intervention | undefined;
  /** That somebody lets `stable` have it. */
  approved: Intervention | undefined;
  /** Channels that it was last written to, accepted or not. */
  published: Partial<Record<ChannelName, Publication>>;
  /** When EC2 stops listing it to others, or has stopped, in milliseconds since the epoch; undefined where it is not deprecated. */
  deprecatedAt: number | undefined;
  /** When its being revoked made the service deprecate it, in milliseconds since the epoch; undefined where somebody else did, or nobody. */
  withdrawnAt: number | undefined;
  /** When retention disabled it, in milliseconds since the epoch. */
  retiredAt: number | undefined;
  /** When somebody was found to have enabled it again after that, in milliseconds since the epoch: retention leaves it alone since. */
  releasedAt: number | undefined;
}

/** A write of an image to a channel, as a tag on the image records it before it is made. */
export interface Publication {
  /** Milliseconds since the epoch. */
  at: number;
  /** The image that the channel held before. */
  previous: string | undefined;
}

/** An image that may be written to a channel. */
export type PublishableImage = Image & { inputs: Inputs; provedAt: number };

/** Rule 1: available, proved, not revoked, tags complete. */
export function isPublishable(image: Image): image is PublishableImage {
  return (
    image.state === "available" &&
    image.proof === "passed" &&
    image.provedAt !== undefined &&
    image.revoked === undefined &&
    areComplete(image.inputs)
  );
}

/** Newest first; equal times are ordered by ID so that two looks agree. */
export function newestFirst<T extends { createdAt: number; id: string }>(images: readonly T[]): T[] {
  return images.toSorted((a, b) => (isNewer(a, b) ? -1 : 1));
}

export function isNewer(one: Pick<Image, "createdAt" | "id">, other: Pick<Image, "createdAt" | "id">): boolean {
  return one.createdAt === other.createdAt ? one.id > other.id : one.createdAt > other.createdAt;
}

const ProofTag = z.enum(["passed", "failed"]).optional().catch(undefined);

/** All images of a stage, or of one variant of it: disabled ones too, those not yet tagged completely too. */
export async function readImages(stage: string, variant?: string): Promise<Image[]> {
  const images: Image[] = [];
  const tags = { stage, ...(variant !== undefined && { variant }) };
  const pages = paginateDescribeImages(
    { client: ec2, pageSize: 500 },
    {
      Owners: ["self"],
      IncludeDisabled: true,
      Filters: Object.entries(tags).map(([name, value]) => ({ Name: `tag:${tagPrefix}${name}`, Values: [value] })),
    },
  );
  for await (const page of pages) images.push(...(page.Images ?? []).flatMap((image) => fromEc2(image) ?? []));
  return images;
}

/** What there is to say of an AMI, whoever made it. */
export type Described =
  | { status: "described"; createdAt: number; state: string }
  | { status: "gone" }
  | { status: "unknown"; why: string };

/** Values that a filter of EC2's takes (EC2 API reference, DescribeImages). */
const longestFilter = 200;

/**
 * Images described by ID, whoever owns them. An ID that EC2 does not list is gone; a call that fails leaves every one it was asked about unknown.
 * The IDs go into a filter because a missing `ImageIds` entry would fail the whole call.
 */
export async function describeById(ids: string[]): Promise<Map<string, Described>> {
  const calls = Array.from({ length: Math.ceil(ids.length / longestFilter) }, (_, index) =>
    describeBatch(ids.slice(index * longestFilter, (index + 1) * longestFilter)),
  );
  return new Map((await Promise.all(calls)).flatMap((answer) => [...answer]));
}

async function describeBatch(ids: string[]): Promise<Map<string, Described>> {
  try {
    const { Images = [] } = await ec2.send(
      new DescribeImagesCommand({
        IncludeDisabled: true,
        IncludeDeprecated: true,
        Filters: [{ Name: "image-id", Values: ids }],
      }),
    );
    const found = new Map(Images.map((image) => [image.ImageId, image]));
    return new Map(ids.map((id) => [id, describe(found.get(id))]));
  } catch (error) {
    const why = `describing ${ids.join(", ")}: ${(error as Error).message}`;
    return new Map(ids.map((id) => [id, { status: "unknown", why }]));
  }
}

function describe(image: Ec2Image | undefined): Described {
  if (!image || image.State === "deregistered") return { status: "gone" };
  return { status: "described", createdAt: Date.parse(image.CreationDate ?? ""), state: image.State ?? "unknown" };
}

function fromEc2(image: Ec2Image): Image | undefined {
  const tags = Object.fromEntries((image.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  const variant = tags[`${tagPrefix}variant`];
  if (!image.ImageId || !variant) return undefined;
  // Who writes the key by hand, even without a text, wants the image out of use.
  const revoked = tags[`${tagPrefix}revoked`];
  const timeOf = (name: string) => timeFromTag(tags[`${tagPrefix}${name}`]);
  return {
    id: image.ImageId,
    variant,
    state: image.State ?? "unknown",
    createdAt: Date.parse(image.CreationDate ?? "") || 0,
    inputs: inputsFromTags(tags),
    token: tags[`${tagPrefix}token`],
    reasons: tags[`${tagPrefix}reasons`],
    proof: ProofTag.parse(tags[`${tagPrefix}proof`]),
    provedAt: timeOf("proved-at"),
    revoked: interventionFromTag(revoked === undefined ? undefined : revoked.trim() || "no reason given"),
    approved: interventionFromTag(tags[`${tagPrefix}approved`]),
    published: Object.fromEntries(
      channelNames.flatMap((channel) => {
        const publication = publicationFromTag(tags[`${tagPrefix}published-${channel}`]);
        return publication ? [[channel, publication]] : [];
      }),
    ),
    deprecatedAt: image.DeprecationTime ? Date.parse(image.DeprecationTime) : undefined,
    withdrawnAt: timeOf("withdrawn-at"),
    retiredAt: timeOf("retired-at"),
    releasedAt: timeFromTag(/^released (.+)$/.exec(tags[`${tagPrefix}retired-at`] ?? "")?.[1]),
  };
}

/** The tag's value: `2026-11-22T20:00:00.000Z ami-0123456789abcdef0`, or `… none`. */
export function publicationToTag({ at, previous }: Publication): string {
  return `${iso(at)} ${previous ?? "none"}`;
}

function publicationFromTag(value: string | undefined): Publication | undefined {
  const [time, previous] = value?.split(" ") ?? [];
  const at = timeFromTag(time);
  return at === undefined ? undefined : { at, previous: previous?.startsWith("ami-") ? previous : undefined };
}

/** Date.parse takes a time with words before it, too. */
function timeFromTag(value: string | undefined): number | undefined {
  const time = /^\d/.test(value ?? "") ? Date.parse(value ?? "") : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
