import { pick } from "es-toolkit";
import * as z from "zod";
import { type ChannelName, channelNames, channelParameter } from "../config/channel-names.ts";
import { iso } from "../config/time.ts";
import { type Build, latestFirst } from "../domain/builds.ts";
import type { ChannelVersion } from "../domain/channels.ts";
import { type Image, newestFirst } from "../domain/images.ts";
import { differences, type Report } from "../domain/reports.ts";
import type { ImageWorld } from "../domain/world.ts";
import { readBuildHistory } from "../io/builds.ts";
import { readChannelHistory } from "../io/channel-history.ts";
import { readReport } from "../io/reports.ts";
import { refusal } from "./http.ts";
import { imageFacts, time } from "./image-status.ts";
import type { ApiContext } from "./intervene.ts";

/** What a call of `GET /timeline` asks for. */
export const TimelineQuery = z.strictObject({
  /** The variant, configured or removed. */
  variant: z.string(),
});

/** What AWS itself remembers of a variant. */
export interface Memory {
  builds: readonly Build[];
  /** Since when no build is left out, in milliseconds since the epoch. */
  buildsSince: number;
  /** What each channel has held, oldest first. */
  versions: Record<ChannelName, readonly ChannelVersion[]>;
  /** What builds found inside images, by image. */
  reports: ReadonlyMap<string, Report | undefined>;
}

/** How many images are compared with the one before: each takes a call of S3, and so does the one before the last. */
const imagesCompared = 20;
/** Images in an answer, at most. */
const mostImages = 200;

export type Timeline = ReturnType<typeof timelineOf>;

/**
 * Reads what AWS remembers of a variant.
 * @throws a refusal if there is no such variant
 */
export async function readTimeline({ environment, observeImages }: ApiContext, variant: string): Promise<Timeline> {
  const world = await observeImages();
  const images = imagesOf(world, variant);
  const { CHANNELS_PREFIX: prefix, PROJECT_NAME: project, BUCKET: bucket } = environment;
  const versionsOf = async (name: ChannelName) =>
    world.channels[variant]?.[name] ? await readChannelHistory(channelParameter(prefix, variant, name)) : [];
  const [{ builds, since: buildsSince }, candidate, stable, reports] = await Promise.all([
    readBuildHistory(project, world.now),
    versionsOf("candidate"),
    versionsOf("stable"),
    Promise.all(idsToRead(images).map(async (id) => [id, await readReport(bucket, id)] as const)),
  ]);
  const memory = { builds, buildsSince, versions: { candidate, stable }, reports: new Map(reports) };
  return timelineOf(world, variant, memory, prefix);
}

/** The images whose reports are read: the newest ones, and what these are compared with. */
export function idsToRead(images: readonly Image[]): string[] {
  const compared = images.slice(0, imagesCompared);
  const ids = compared.flatMap((image) => [image.id, imageBefore(images, image)?.id]);
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** The newest older image that was made here and proved. A copy with our tags has no report to compare with. */
function imageBefore(images: readonly Image[], image: Image): Image | undefined {
  return images.slice(images.indexOf(image) + 1).find(({ made, proof }) => made && proof === "passed");
}

/** @throws a refusal if there is no such variant */
function imagesOf({ images, channels, configuration }: ImageWorld, variant: string): Image[] {
  const names = [
    ...configuration.variants.map(({ name }) => name),
    ...images.map((image) => image.variant),
    ...Object.keys(channels),
  ];
  if (!names.includes(variant))
    throw refusal(404, `there is no variant ${JSON.stringify(variant)}`, { variant: [...new Set(names)] });
  return newestFirst(images.filter((image) => image.variant === variant));
}

/**
 * The timeline of a variant as `GET /timeline` answers it, newest first. Times are ISO 8601. What AWS has forgotten is
 * missing, and `knownSince` says from when on nothing is.
 * @throws a refusal if there is no such variant
 */
export function timelineOf(world: ImageWorld, variant: string, memory: Memory, prefix: string) {
  const all = imagesOf(world, variant);
  const images = all.slice(0, mostImages);
  const own = latestFirst(memory.builds.filter((build) => build.variant === variant));
  return {
    now: iso(world.now),
    variant,
    builds: { knownSince: iso(memory.buildsSince), known: own.map(buildToJson) },
    channels: Object.fromEntries(
      channelNames.map((name) => [name, channelToJson(memory.versions[name], channelParameter(prefix, variant, name))]),
    ),
    images: images.map((image) => imageToJson(image, imageBefore(all, image), memory.reports)),
    /** Whether there are older images than these. */
    imagesCut: all.length > images.length,
  };
}

function buildToJson({ id, purpose, place, status, attempt, startedAt, endedAt, image, failure, log }: Build) {
  return {
    build: id,
    purpose,
    place: place ?? null,
    status,
    attempt,
    startedAt: iso(startedAt),
    endedAt: time(endedAt),
    image: image ?? null,
    failure: failure ? pick(failure, ["class", "cause"]) : null,
    log: log ?? null,
  };
}

/** `knownSince` is null if the parameter does not exist. */
function channelToJson(versions: readonly ChannelVersion[], parameter: string) {
  const known = versions.map(({ version, image, at, by }) => ({ version, image, at: iso(at), by: by ?? null }));
  return { parameter, knownSince: known[0]?.at ?? null, known: known.toReversed() };
}

function imageToJson(image: Image, before: Image | undefined, reports: Memory["reports"]) {
  const [own, earlier] = [reports.get(image.id), before && reports.get(before.id)];
  return {
    ...imageFacts(image),
    /** What changed inside compared with the proved image before, according to both builds' reports; null if one is missing. */
    inside: own && earlier ? { comparedWith: before?.id ?? null, changes: differences(earlier, own) } : null,
  };
}
