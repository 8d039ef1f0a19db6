import type { Variant } from "../../functions/config/variant.ts";
import { type Act, type Expectation, expectationOf, type Held } from "./act.ts";
import type { ActResult } from "./act-result.ts";

/** Every trigger of a reconcile run, in the words of `functions/domain/trigger.ts`. */
const allTriggers = ["base-ami", "kubernetes", "patch-tuesday", "build", "channel", "manual", "unknown"];

/** The state of a variant after the acts so far. */
interface Past {
  candidate: string | null;
  stable: string | null;
  /** The image that each act built, by the act's name. */
  images: Map<string, string>;
}

/**
 * Compares results with the story's expectations. Returns one line for each deviation.
 * @param parameters what the channels hold after the last act, by parameter name
 */
export function assess(
  results: readonly ActResult[],
  acts: readonly Act[],
  variants: readonly Variant[],
  parameters: Readonly<Record<string, string>>,
): string[] {
  return [
    ...variants.flatMap((variant) => deviationsOfVariant(variant, results, acts, parameters)),
    ...acts.flatMap((act) => deviationsOfHarvests(act, results)),
  ];
}

function deviationsOfVariant(
  variant: Variant,
  results: readonly ActResult[],
  acts: readonly Act[],
  parameters: Readonly<Record<string, string>>,
): string[] {
  const past: Past = { candidate: null, stable: null, images: new Map() };
  const deviations = results
    .filter((result) => result.variant === variant.name)
    .flatMap((result) => {
      const act = acts.find(({ name }) => name === result.act);
      if (result.image) past.images.set(result.act, result.image);
      const found = act ? deviationsOf(result, act, expectationOf(act, variant), past) : ["the story has no such act"];
      Object.assign(past, result.channels);
      return found.map((deviation) => `${result.act}, ${variant.name}: ${deviation}`);
    });
  return [...deviations, ...deviationsAtEnd(variant.name, past, parameters)];
}

function deviationsOf(result: ActResult, act: Act, expected: Expectation, past: Past): string[] {
  const { builds, killed, notifications } = expected;
  return [
    ...(result.builds === builds ? [] : [`builds is ${result.builds}, not ${builds}`]),
    ...(builds > 0 && !killed && !result.image ? ["no image was built"] : []),
    ...deviationsOfNotifications(result, notifications),
    ...(result.previous === past.stable ? [] : [`stable held ${result.previous} before the act, not ${past.stable}`]),
    ...(["candidate", "stable"] as const).flatMap((channel) =>
      deviationsOfChannel(channel, result, expected[channel], past),
    ),
    ...(["deprecated", "restored", "disabled"] as const).flatMap((what) =>
      deviationsOfImages(what, result[what], expected[what], past),
    ),
    ...(["enabled", "ended"] as const).flatMap((what) =>
      deviationsOfImages(`fast launch ${what}`, result.fastLaunch[what], expected.fastLaunch?.[what], past),
    ),
    ...(builds > 0 ? deviationsOfReasons(result.reasons, act) : []),
    ...deviationsOfTrigger(result.trigger, act),
    ...deviationsOfAnswers(result, act),
  ];
}

function deviationsOfNotifications(result: ActResult, expected: readonly string[]): string[] {
  const received = result.notifications;
  if (expected.length === 0) return result.notified ? [`notified is true, not false (${received.join(", ")})`] : [];
  if (result.notified) return [];
  const missing = expected.filter((one) => !received.includes(one));
  return [`notified is false, not true (${missing.join(", ")} did not come)`];
}

function deviationsOfChannel(
  channel: "candidate" | "stable",
  { channels, image }: ActResult,
  held: Held,
  past: Past,
): string[] {
  const right = held === "new" ? image : held === "same" ? past[channel] : (past.images.get(held.of) ?? null);
  return channels[channel] === right ? [] : [`${channel} holds ${channels[channel]}, not ${right}`];
}

function deviationsOfImages(
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

/**
 * Two further reasons are accepted: a Patch Tuesday may pass before a slow schedule fires, and a new base may lead to a
 * harvest.
 */
function deviationsOfReasons(reasons: readonly string[], { reason }: Act): string[] {
  const unexpected = reasons.filter((one) => !reason?.test(one) && !/^(patchTuesday|harvest) /.test(one));
  return [
    ...unexpected.map((one) => `"${one}" is not a reason for this act`),
    ...(reasons.some((one) => reason?.test(one)) ? [] : [`no reason matches ${reason}`]),
  ];
}

function deviationsOfTrigger(trigger: string, act: Act): string[] {
  if (act.trigger === "none")
    return trigger ? [`reconcile ran for the trigger ${trigger}, but must not run in this act`] : [];
  const missing =
    act.trigger === "all"
      ? allTriggers.filter((one) => !trigger.split(", ").includes(one))
      : [act.trigger].filter((one) => one !== trigger);
  return missing.map((one) => `the trigger ${one} did not come (${trigger || "none"} came)`);
}

function deviationsOfAnswers({ calls }: ActResult, { answers }: Act): string[] {
  if (!answers) return [];
  const [found, right] = [calls.map(({ status }) => status).join(", "), answers.join(", ")];
  return found === right ? [] : [`the calls returned ${found || "nothing"}, not ${right}`];
}

function deviationsOfHarvests({ name, harvests }: Act, results: readonly ActResult[]): string[] {
  const own = results.filter(({ act }) => act === name);
  const found = own.reduce((sum, result) => sum + result.harvests, 0);
  if (own.length === 0 || harvests === undefined || found === harvests) return [];
  return [`${name}: ${found} harvests ran, not ${harvests}`];
}

function deviationsAtEnd(variant: string, past: Past, parameters: Readonly<Record<string, string>>): string[] {
  return (["candidate", "stable"] as const).flatMap((channel) => {
    const [, held] = Object.entries(parameters).find(([name]) => name.endsWith(`/${variant}/${channel}`)) ?? [];
    const right = past[channel];
    return (held ?? null) === right
      ? []
      : [`at the end ${channel} of ${variant} holds ${held ?? "nothing"}, not ${right}`];
  });
}
