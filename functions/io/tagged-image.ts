import type { Image as Ec2Image } from "@aws-sdk/client-ec2";
import { pick } from "es-toolkit";
import * as z from "zod";
import { channelNames } from "../config/channel-names.ts";
import { iso } from "../config/time.ts";
import type { ChannelWrite } from "../domain/images.ts";
import { inputsFromTags, tagPrefix } from "../domain/inputs.ts";
import { interventionFromTag } from "../domain/intervention-tags.ts";
import { claimTags, type TaggedImage } from "../domain/recorded-images.ts";

const ProofTag = z.enum(["passed", "failed"]).optional().catch(undefined);

/**
 * An image as EC2 describes it; undefined if its tags name no variant.
 * @param own makes a copy of a text of the answer (own-text.ts)
 */
export function fromEc2(image: Ec2Image, own: (text: string) => string): TaggedImage | undefined {
  const all = Object.fromEntries((image.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, own(Value)]));
  const ofService = Object.entries(all).filter(([key]) => key.startsWith(tagPrefix));
  const tags: Record<string, string> = Object.fromEntries(
    ofService.map(([key, value]) => [key.slice(tagPrefix.length), value]),
  );
  const { variant, revoked } = tags;
  if (!image.ImageId || !variant) return undefined;
  const timeOf = (name: string) => timeFromTag(tags[name]);
  return {
    id: own(image.ImageId),
    name: own(image.Name ?? ""),
    variant,
    state: own(image.State ?? "unknown"),
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
    deprecatedAt: Date.parse(image.DeprecationTime ?? "") || undefined,
    withdrawnAt: timeOf("withdrawn-at"),
    retiredAt: timeOf("retired-at"),
    retiring: tags["retired-at"]?.startsWith("retiring ") ?? false,
    retiredAtTag: tags["retired-at"],
    exemptSince: timeFromTag(/^released (.+)$/.exec(tags["retired-at"] ?? "")?.[1]),
    tags: pick(tags, claimTags),
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
