import { type Records, wordsFromKey, wordsInKey } from "./records.ts";

/** That EC2 refused to begin what was asked. It shows no state for that. */
export interface Refusal {
  of: "enable" | "disable";
  /** EC2's words, clipped. */
  reason: string;
  /** In milliseconds since the epoch, as S3 says, which counts whole seconds. */
  at: number;
}

/** What the records say about Fast Launch, by image ID. */
export interface FastLaunchRecords {
  /** The variants of the images for which this service has enabled it, gone ones, too. */
  recorded: Readonly<Record<string, string>>;
  /** The last refusal of an image, unless this service has asked again since. */
  refused: Readonly<Record<string, Refusal>>;
}

export const noFastLaunchRecords: FastLaunchRecords = { recorded: {}, refused: {} };

const asked = "fast-launches";
const refusals = "fast-launch-refusals";

/**
 * The key, without the prefix of records, of the record that this service has enabled an image's Fast Launch. It is
 * written before EC2 is asked, each time, and it tells what is ours once the image is gone.
 */
export function fastLaunchRecord(image: string, variant: string): string {
  return `${asked}/${image}/${variant}`;
}

/** The key, without the prefix of records, of the record that EC2 refused. Written again, it counts again. */
export function fastLaunchRefusalRecord(image: string, of: Refusal["of"], words: string): string {
  return `${refusals}/${image}/${of}_${wordsInKey(words)}`;
}

export function fastLaunchRecordsIn(records: Records): FastLaunchRecords {
  const recorded: Record<string, string> = {};
  const askedAt: Record<string, number> = {};
  for (const { name, at } of records[asked] ?? []) {
    const [image = "", variant = ""] = name.split("/");
    recorded[image] = variant;
    askedAt[image] = Math.max(at, askedAt[image] ?? 0);
  }
  const refused: Record<string, Refusal> = {};
  for (const { name, at } of records[refusals] ?? []) {
    const [, image = "", of, words = ""] = /^([^/]+)\/(enable|disable)_(.*)$/.exec(name) ?? [];
    if (of === undefined || at < Math.max(askedAt[image] ?? 0, refused[image]?.at ?? 0)) continue;
    refused[image] = { of: of as Refusal["of"], reason: wordsFromKey(words), at };
  }
  return { recorded, refused };
}
