import { DescribeImagesCommand, EC2Client, type Image as Ec2Image, paginateDescribeImages } from "@aws-sdk/client-ec2";
import { chunk } from "es-toolkit";
import { z } from "zod";
import { channelNames } from "../config/channel-names.ts";
import { iso } from "../config/time.ts";
import type { ChannelWrite, Described } from "../domain/images.ts";
import { inputsFromTags, tagPrefix } from "../domain/inputs.ts";
import { interventionFromTag } from "../domain/intervention-tags.ts";
import type { TaggedImage } from "../domain/recorded-images.ts";
import { clientSettings } from "./client-settings.ts";

const ec2 = new EC2Client(clientSettings);

const ProofTag = z.enum(["passed", "failed"]).optional().catch(undefined);

/**
 * All images with the tags of a stage, or of one of its variants, including disabled images and images whose tags are
 * still incomplete.
 */
export async function readTaggedImages(stage: string, variant?: string): Promise<TaggedImage[]> {
  const images: TaggedImage[] = [];
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

/** Values in one EC2 filter (EC2 API reference, DescribeImages). */
const maxFilterValues = 200;

/**
 * Describes images by ID, whoever owns them. An ID that EC2 does not list is gone. If a call fails, every image in it
 * is unknown. The IDs go into a filter because one missing ID in `ImageIds` would fail the whole call.
 */
export async function describeById(ids: string[]): Promise<Map<string, Described>> {
  const answers = await Promise.all(chunk(ids, maxFilterValues).map(describeBatch));
  return new Map(answers.flatMap((answer) => [...answer]));
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
    const byId = new Map(Images.map((image) => [image.ImageId, image]));
    return new Map(ids.map((id) => [id, describe(byId.get(id))]));
  } catch (error) {
    const why = `describing ${ids.join(", ")}: ${(error as Error).message}`;
    return new Map(ids.map((id) => [id, { status: "unknown", why }]));
  }
}

function describe(image: Ec2Image | undefined): Described {
  if (!image || image.State === "deregistered") return { status: "gone" };
  return { status: "described", createdAt: Date.parse(image.CreationDate ?? ""), state: image.State ?? "unknown" };
}

function fromEc2(image: Ec2Image): TaggedImage | undefined {
  const all = Object.fromEntries((image.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  const ours = Object.entries(all).filter(([key]) => key.startsWith(tagPrefix));
  const tags: Record<string, string> = Object.fromEntries(
    ours.map(([key, value]) => [key.slice(tagPrefix.length), value]),
  );
  const { variant, revoked } = tags;
  if (!image.ImageId || !variant) return undefined;
  const timeOf = (name: string) => timeFromTag(tags[name]);
  return {
    id: image.ImageId,
    name: image.Name ?? "",
    variant,
    state: image.State ?? "unknown",
    createdAt: Date.parse(image.CreationDate ?? "") || 0,
    inputs: inputsFromTags(all),
    token: tags.token,
    reasons: tags.reasons,
    proof: ProofTag.parse(tags.proof),
    // A person who writes the key by hand, even without a value, wants the image out of use.
    revoked: interventionFromTag(revoked === undefined ? undefined : revoked.trim() || "no reason given"),
    approved: interventionFromTag(tags.approved),
    published: Object.fromEntries(
      channelNames.flatMap((channel) => {
        const write = channelWriteFromTag(tags[`published-${channel}`]);
        return write ? [[channel, write]] : [];
      }),
    ),
    deprecatedAt: image.DeprecationTime ? Date.parse(image.DeprecationTime) : undefined,
    withdrawnAt: timeOf("withdrawn-at"),
    retiredAt: timeOf("retired-at"),
    retiring: tags["retired-at"]?.startsWith("retiring ") ?? false,
    retiredAtTag: tags["retired-at"],
    exemptSince: timeFromTag(/^released (.+)$/.exec(tags["retired-at"] ?? "")?.[1]),
    tags,
  };
}

/** The tag's value: `2026-11-22T20:00:00.000Z ami-0123456789abcdef0`, or `… none`. */
export function channelWriteToTag({ at, previous }: ChannelWrite): string {
  return `${iso(at)} ${previous ?? "none"}`;
}

function channelWriteFromTag(value: string | undefined): ChannelWrite | undefined {
  const [time, previous] = value?.split(" ") ?? [];
  const at = timeFromTag(time);
  return at === undefined ? undefined : { at, previous: previous?.startsWith("ami-") ? previous : undefined };
}

/** The tag's time. Date.parse alone would also accept a time with words before it. */
function timeFromTag(value: string | undefined): number | undefined {
  const time = /^\d/.test(value ?? "") ? Date.parse(value ?? "") : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
