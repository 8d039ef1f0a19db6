import { readFileSync } from "node:fs";

/**
 * What the scripts of one run did, by the script's name without `.ps1`, with an entry for each time that it ran. Where
 * runs differ a recording has a name in double braces (`values.ts`).
 */
export type Recording = Record<string, RecordedScript[]>;

export type RecordedScript = {
  exitCode: number;
  /** The lines that the script printed. */
  stdout?: string[];
  stderr?: string[];
  /** The JSON documents that the script wrote, by path. */
  files?: Record<string, Json>;
  /** What the script got from S3 or the release host of Kubernetes, and put into S3, in order. */
  transfers?: Transfer[];
  /** What the script left for later shuts the machine down, once the session has closed. */
  shutsDown?: true;
};

/**
 * `get` and `put`: a URL; S3's is `s3://bucket/key`. `sha256`: the sum that the content must have. `path`: the file that
 * is sent, or that keeps what is received.
 */
export type Transfer = { get: string; sha256?: string; path?: string } | { put: string; path: string };

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export const recordingNames = ["layer", "assemble", "harvest", "proof", "first-contact"] as const;
export type RecordingName = (typeof recordingNames)[number];

/** All recordings, by name. */
export function readRecordings(): Record<string, Recording> {
  return Object.fromEntries(
    recordingNames.map((name) => [name, JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), "utf8"))]),
  );
}

/**
 * What a script did when it ran for the n-th time (from 0). What the first recording lacks, such as a step of another
 * edition or one more round of updates, is in the others; a script that none knows is undefined.
 */
export function recordedScript(recordings: Recording[], script: string, n: number): RecordedScript | undefined {
  const runs = recordings.map((recording) => recording[script] ?? []);
  return runs.find((each) => each.length > n)?.[n] ?? runs.find((each) => each.length > 0)?.at(-1);
}
