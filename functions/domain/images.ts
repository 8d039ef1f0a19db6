import type { ChannelName } from "../config/channel-names.ts";
import { areComplete, type Inputs, missingInputs, type RecordedInputs } from "./inputs.ts";
import type { Intervention } from "./intervention-tags.ts";
import type { Measured } from "./measures.ts";

/**
 * An AMI with our tags, as far as records agree with what the tags say (recorded-images.ts). Times are milliseconds
 * since the epoch.
 */
export interface Image {
  id: string;
  /** Set when the image is made. Nobody can alter it, unlike tags. */
  name: string;
  variant: string;
  /** EC2's own word: `available`, `pending`, `disabled`, `failed` … */
  state: string;
  createdAt: number;
  inputs: RecordedInputs;
  /** Token of the build that made it. */
  token: string | undefined;
  /**
   * Which records name the image's ID, whatever its tags say now: those of a build here, or only those of an adoption.
   * Undefined if none does.
   */
  origin: "build" | "adoption" | undefined;
  /** Whether a record says that this service made the image, from these inputs, or a person has adopted it. */
  made: boolean;
  /** What the tags claim without a record, for which it does not count. */
  unrecorded: Claim[];
  /** Why the build was started, one reason a line, clipped to a tag's length. */
  reasons: string | undefined;
  /** The latest recorded result for these inputs, whatever the tag says. */
  proof: "passed" | "failed" | undefined;
  /** When the proof was recorded: whoever may tag could write any time. */
  provedAt: number | undefined;
  /** How long it takes to start and how large it is, as far as builds have measured that. */
  measured: Measured;
  /** Set while no channel may receive the image. It needs no record: anybody's tag stops a publication. */
  revoked: Intervention | undefined;
  /** The revocations in force; an unrevoke takes all of them back. */
  revocations: Revocation[];
  /** Set once a person lets `stable` have the image, or the channels that wait because it starts slowly. */
  approved: Intervention | undefined;
  /** The last write of the image to each channel, accepted or not. */
  published: Partial<Record<ChannelName, ChannelWrite>>;
  /** When a reconcile run last recorded that it read a write of the image back from a channel. */
  held: Partial<Record<ChannelName, number>>;
  /** When EC2 stops listing the image to other accounts; undefined if it is not deprecated. */
  deprecatedAt: number | undefined;
  /** When the service deprecated the image because it was revoked; undefined if the service did not. */
  withdrawnAt: number | undefined;
  /** Whether a record says that the service disabled the image because it was revoked, and none that it restored it. */
  disabledByRevocation: boolean;
  /** When the service last recorded that it restored the image after a revocation; undefined if it never did. */
  restoredAt: number | undefined;
  /** When retention disabled the image. Grace counts from here. */
  retiredAt: number | undefined;
  /** Retention has begun to disable the image and has not recorded that it is disabled. */
  retiring: boolean;
  /** Whether the latest record says that retention disables or has disabled it, even if the tag is gone. */
  retirementRecorded: boolean;
  /** The value of its tag `retired-at` as it was read, whatever it says. */
  retiredAtTag: string | undefined;
  /** When the service found that a person had enabled a retired image again. Retention ignores the image since then. */
  exemptSince: number | undefined;
}

/** Something that an image's tags claim. */
export interface Claim {
  /** `that its proof passed` */
  claim: string;
  /** The key, without its prefix, of the record that adopts the claim. */
  record: string;
}

export interface Revocation {
  /** SHA-256 of the tag's value, in hex. */
  hash: string;
  /** Whether it has a record. Then it stays in force even if a person deletes the tag. */
  recorded: boolean;
  /** When an unrevoke took a revocation with the same text back, in milliseconds since the epoch. */
  takenBackAt?: number | undefined;
}

/** A write of an image to a channel. A tag on the image records it before the write. */
export interface ChannelWrite {
  /** Milliseconds since the epoch. */
  at: number;
  /** The image that the channel held before. */
  previous: string | undefined;
}

/** An AMI as EC2 describes it, whoever owns it. */
export type Described =
  | { status: "described"; createdAt: number; state: string; name?: string | undefined }
  | { status: "gone" }
  | { status: "unknown"; why: string };

/** An image that may be written to a channel. */
export type PublishableImage = Image & { inputs: Inputs; provedAt: number };

/** Rule 1: a publishable image is made here, available, proved and not revoked, and its tags are complete. */
export function isPublishable(image: Image): image is PublishableImage {
  // Most images are disabled: to say why takes longer than to see that.
  return image.state === "available" && whyNotPublishable(image) === undefined;
}

/** Why an image may not be written to any channel; undefined if it may. */
export function whyNotPublishable({
  id,
  state,
  inputs,
  made,
  unrecorded,
  proof,
  provedAt,
  revoked,
  retiredAt,
  retiring,
}: Image): string | undefined {
  if (revoked) return `is revoked: ${revoked.reason}`;
  if (state === "disabled" && (retiredAt !== undefined || retiring))
    return `is disabled by retention (to enable it: aws ec2 enable-image --image-id ${id})`;
  if (state !== "available") return `is ${state}`;
  if (!made)
    return `is not recorded as made by this service${unrecorded.length > 0 ? `: ${describeUnrecorded(unrecorded)}` : ""}`;
  if (proof === "failed") return "failed its proof";
  if (proof === undefined || provedAt === undefined) return "has not been proved yet";
  return areComplete(inputs) ? undefined : `has no record of ${missingInputs(inputs).join(", ")}`;
}

/** What is wrong with an image whose tags claim more than its records say, and what to do. */
export function describeUnrecorded(unrecorded: readonly Claim[]): string {
  const claims = unrecorded.map(({ claim }) => claim).join(", ");
  return `its tags claim without a record ${claims}; it is forged, a copy or from before records (then: npm run cli -- adopt)`;
}

/** Whether the next reconcile run enables the image, because it is no longer revoked. */
export function isBeingRestored({ state, revoked, disabledByRevocation, retirementRecorded }: Image): boolean {
  return revoked === undefined && disabledByRevocation && state === "disabled" && !retirementRecorded;
}

/** Newest first. Images of the same time are ordered by ID, so that every reconcile run agrees on the order. */
export function newestFirst<T extends { createdAt: number; id: string }>(images: readonly T[]): T[] {
  return images.toSorted((a, b) => (isNewer(a, b) ? -1 : 1));
}

export function isNewer(one: Pick<Image, "createdAt" | "id">, other: Pick<Image, "createdAt" | "id">): boolean {
  return one.createdAt === other.createdAt ? one.id > other.id : one.createdAt > other.createdAt;
}
