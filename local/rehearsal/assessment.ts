import type { Variant } from "../../functions/config/variant.ts";
import { type Act, type Expectation, expectationOf, type Held } from "./act.ts";
import type { ActResult } from "./act-result.ts";

/** Everything that leads to a look, in the words of `functions/trigger.ts`. */
const allTriggers = ["base-ami", "kubernetes", "patch-tuesday", "build", "channel", "manual", "unknown"];

/** What a variant's acts have led to so far. */
interface Past {
  candidate: string | null;
  stable: string | null;
  /** Image by the act that made it. */
  images: Map<string, string>;
}

/**
 * What is not as the story wants it, as lines to read; none when all is well.
 * @param parameters what the channels hold after the last act, by the parameters' names
 */
export function assess(
  results: readonly ActResult[],
  acts: readonly Act[],
  variants: readonly Variant[],
  parameters: Readonly<Record<string, string>>,
): string[] {
  return [
    ...variants.flatMap((variant) => complaintsAboutVariant(variant, results, acts, parameters)),
    ...acts.flatMap((act) => complaintsAboutHarvests(act, results)),
  ];
}

function complaintsAboutVariant(
  variant: Variant,
  results: readonly ActResult[],
  acts: readonly Act[],
  parameters: Readonly<Record<string, string>>,
): string[] {
  const past: Past = { candidate: null, stable: null, images: new Map() };
  const complaints = results
    .filter((result) => result.variant === variant.name)
    .flatMap((result) => {
      const act = acts.find(({ name }) => name === result.act);
      const found = act ? complaintsAbout(result, act, expectationOf(act, variant), past) : ["there is no such act"];
      if (result.image) past.images.set(result.act, result.image);
      Object.assign(past, result.channels);
      return found.map((complaint) => `${result.act}, ${variant.name}: ${complaint}`);
    });
  return [...complaints, ...complaintsAboutEnd(variant.name, past, parameters)];
}

function complaintsAbout(result: ActResult, act: Act, expected: Expectation, past: Past): string[] {
  const { builds, told } = expected;
  return [
    ...(result.builds === builds ? [] : [`builds is ${result.builds}, not ${builds}`]),
    ...(builds > 0 && !result.image ? ["there is no image"] : []),
    ...complaintsAboutTelling(result, told),
    ...(result.previous === past.stable ? [] : [`stable held ${result.previous} before it, not ${past.stable}`]),
    ...(["candidate", "stable"] as const).flatMap((channel) =>
      complaintsAboutChannel(channel, result, expected[channel], past),
    ),
    ...(["deprecated", "restored", "disabled"] as const).flatMap((what) =>
      complaintsAboutImages(what, result[what], expected[what], past),
    ),
    ...(builds > 0 ? complaintsAboutReasons(result.reasons, act) : []),
    ...complaintsAboutTrigger(result.trigger, act),
    ...complaintsAboutAnswers(result, act),
  ];
}

function complaintsAboutTelling(result: ActResult, told: readonly string[]): string[] {
  if (told.length === 0) return result.notified ? [`notified is true, not false (${result.told.join(", ")})`] : [];
  if (result.notified) return [];
  const untold = told.filter((one) => !result.told.includes(one));
  return [`notified is false, not true (nothing of ${untold.join(", ")})`];
}

function complaintsAboutChannel(
  channel: "candidate" | "stable",
  { channels, image }: ActResult,
  held: Held,
  past: Past,
): string[] {
  const right = held === "new" ? image : held === "same" ? past[channel] : (past.images.get(held.of) ?? null);
  return channels[channel] === right ? [] : [`${channel} holds ${channels[channel]}, not ${right}`];
}

function complaintsAboutImages(
  what: string,
  found: readonly string[],
  acts: readonly string[] | undefined,
  past: Past,
): string[] {
  if (!acts) return [];
  const right = acts.map((act) => past.images.get(act) ?? `the image of "${act}"`);
  const list = (images: readonly string[]) => images.toSorted().join(", ") || "nothing";
  return list(found) === list(right) ? [] : [`${what} is ${list(found)}, not ${list(right)}`];
}

/** A Patch Tuesday may fall into the time until a slow schedule's turn comes, and a new base may bring a harvest; both are reasons as well. */
function complaintsAboutReasons(reasons: readonly string[], { reason }: Act): string[] {
  const strange = reasons.filter((one) => !reason?.test(one) && !/^(patchTuesday|harvest) /.test(one));
  return [
    ...strange.map((one) => `"${one}" is no reason for it`),
    ...(reasons.some((one) => reason?.test(one)) ? [] : [`no reason is like ${reason}`]),
  ];
}

function complaintsAboutTrigger(trigger: string, act: Act): string[] {
  if (act.trigger === "none") return trigger ? [`the trigger ${trigger} was seen, where none should be`] : [];
  const missing =
    act.trigger === "all"
      ? allTriggers.filter((one) => !trigger.split(", ").includes(one))
      : [act.trigger].filter((one) => one !== trigger);
  return missing.map((one) => `the trigger ${one} was not seen (but ${trigger || "none"})`);
}

function complaintsAboutAnswers({ calls }: ActResult, { answers }: Act): string[] {
  if (!answers) return [];
  const [found, right] = [calls.map(({ status }) => status).join(", "), answers.join(", ")];
  return found === right ? [] : [`the calls were answered with ${found || "nothing"}, not ${right}`];
}

function complaintsAboutHarvests({ name, harvests }: Act, results: readonly ActResult[]): string[] {
  const own = results.filter(({ act }) => act === name);
  const found = own.reduce((sum, result) => sum + result.harvests, 0);
  if (own.length === 0 || harvests === undefined || found === harvests) return [];
  return [`${name}: harvests are ${found}, not ${harvests}`];
}

function complaintsAboutEnd(variant: string, past: Past, parameters: Readonly<Record<string, string>>): string[] {
  return (["candidate", "stable"] as const).flatMap((channel) => {
    const [, held] = Object.entries(parameters).find(([name]) => name.endsWith(`/${variant}/${channel}`)) ?? [];
    const right = past[channel];
    return (held ?? null) === right
      ? []
      : [`at the end ${channel} of ${variant} holds ${held ?? "nothing"}, not ${right}`];
  });
}
