import { hash } from "node:crypto";
import * as z from "zod";
import { clip } from "../config/clip.ts";
import type { Recipe, Variant } from "../config/variant.ts";

/**
 * What an image is made from, and everything that can cause a rebuild. Drift is listed in this order.
 * | input | shape |
 * | --- | --- |
 * | `baseAmi` | AMI ID behind the base family's public parameter |
 * | `kubernetes` | patch version without `v`, `1.35.8` |
 * | `patchTuesday` | `YYYY-MM-DD` of the latest Patch Tuesday that has passed |
 * | `recipe` | SHA-256 over `packer/` and `buildspec/` |
 * | `settings` | SHA-256 of the variant's entry in `config.ts` |
 * | `harvest` | SHA-256 of the manifest of harvested files; only on the assemble recipe |
 * | `request` | ID of the latest manual rebuild request; absent before the first |
 */
export const inputNames = [
  "baseAmi",
  "kubernetes",
  "patchTuesday",
  "recipe",
  "settings",
  "harvest",
  "request",
] as const;
export type InputName = (typeof inputNames)[number];

const requiredInputs = ["baseAmi", "kubernetes", "patchTuesday", "recipe", "settings"] as const;

/** Complete inputs: `request` is optional, `harvest` is required on the assemble recipe only. */
export const Inputs = z.object({
  baseAmi: z.string().min(1),
  kubernetes: z.string().min(1),
  patchTuesday: z.string().min(1),
  recipe: z.string().min(1),
  settings: z.string().min(1),
  harvest: z.string().optional(),
  request: z.string().optional(),
});
export type Inputs = z.infer<typeof Inputs>;
/** Inputs as read from an image, where any may be missing. */
export type RecordedInputs = Partial<Record<InputName, string>>;

/** One input whose recorded value differs from the desired one. */
export interface Change {
  input: InputName;
  /** Undefined if the image has no record of it. */
  from: string | undefined;
  to: string;
}

export const tagPrefix = "eks-windows-images:";

/** EC2's limit for a tag value, in characters. */
export const maxTagValueLength = 256;

/**
 * The required inputs that an image or an intended build lacks.
 * @param recipe the build's recipe; leave it out for an image, because its variant may have had another recipe when it
 * was made
 */
export function missingInputs(inputs: RecordedInputs, recipe?: Recipe): InputName[] {
  const required: InputName[] = recipe === "assemble" ? [...requiredInputs, "harvest"] : [...requiredInputs];
  return required.filter((name) => !inputs[name]);
}

/** Whether all required inputs are present. */
export function areComplete(inputs: RecordedInputs, recipe?: Recipe): inputs is Inputs {
  return missingInputs(inputs, recipe).length === 0;
}

/**
 * The changes from an image's recorded inputs to the desired ones. An undefined desired input (unknown, or not wanted)
 * is not a change; a missing recorded one is.
 */
export function drift(recorded: RecordedInputs, desired: RecordedInputs): Change[] {
  return inputNames.flatMap((input) => {
    const to = desired[input];
    const from = recorded[input];
    return to === undefined || clipTag(to) === from ? [] : [{ input, from, to }];
  });
}

/**
 * The text of a change, the same everywhere: `kubernetes 1.35.7 → 1.35.8`. A missing value is `none`, hashes are
 * shortened to 12 characters.
 */
export function describeChange({ input, from, to }: Change): string {
  return `${input} ${from === undefined ? "none" : short(from)} → ${short(to)}`;
}

/** The tags that record inputs on an image. */
export function inputsToTags(inputs: RecordedInputs): Record<string, string> {
  return Object.fromEntries(
    inputNames.flatMap((name) => {
      const value = inputs[name];
      return value === undefined ? [] : [[inputTag(name), clipTag(value)]];
    }),
  );
}

/** The inputs that an image's tags record. Other tags are ignored. */
export function inputsFromTags(tags: Record<string, string>): RecordedInputs {
  return Object.fromEntries(
    inputNames.flatMap((name) => {
      const value = tags[inputTag(name)];
      return value ? [[name, value]] : [];
    }),
  );
}

/** Clips a text to the length of a tag's value without splitting a character. */
export function clipTag(value: string): string {
  return clip(value, maxTagValueLength);
}

/** Whether two sets of inputs are equal, whatever the order of their fields. */
export function sameInputs(one: RecordedInputs, other: RecordedInputs): boolean {
  return inputNames.every((name) => one[name] === other[name]);
}

/** The same text for equal inputs. */
export function canonical(inputs: RecordedInputs): string {
  return JSON.stringify(inputNames.flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name]]])));
}

/** SHA-256, in hex, of the parts of the variant's entry in `config.ts` that shape a build. */
export function settingsHash({ name: _, ...settings }: Variant): string {
  return sha256(canonicalJson(settings));
}

/** SHA-256 of a text, in hex. */
export function sha256(text: string): string {
  return hash("sha256", text);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(withSortedKeys(value));
}

function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (value === null || typeof value !== "object") return value;
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) sorted[key] = withSortedKeys((value as typeof sorted)[key]);
  return sorted;
}

function inputTag(name: InputName): string {
  return `${tagPrefix}input:${name}`;
}

function short(value: string): string {
  return /^[a-f0-9]{64}$/.test(value) ? value.slice(0, 12) : value;
}
