import type { ActResult } from "./act-result.ts";
import type { Act } from "./acts.ts";

const brought: Record<Act["expects"], Pick<ActResult, "builds" | "published" | "notified">> = {
  image: { builds: 1, published: true, notified: true },
  nothing: { builds: 0, published: false, notified: false },
  failure: { builds: 1, published: false, notified: true },
};

/** Everything that leads to a look, in the words of `functions/trigger.ts`. */
const allTriggers = ["base-ami", "kubernetes", "patch-tuesday", "build", "channel", "manual", "unknown"];

/**
 * What is not as the story wants it, as lines to read; none when all is well.
 * @param parameters what the channels hold after the last act, by the parameters' names
 */
export function assess(
  results: readonly ActResult[],
  acts: readonly Act[],
  parameters: Readonly<Record<string, string>>,
): string[] {
  const stable = new Map<string, string>();
  const complaints: string[] = [];
  for (const result of results) {
    const { variant, image, published } = result;
    const act = acts.find(({ name }) => name === result.act);
    const found = act ? complaintsAbout(result, act, stable.get(variant) ?? null) : ["there is no such act"];
    complaints.push(...found.map((complaint) => `${result.act}, ${variant}: ${complaint}`));
    if (published && image) stable.set(variant, image);
    if (act?.expects === "failure")
      for (const [name, value] of Object.entries(parameters))
        if (value === image) complaints.push(`${result.act}, ${variant}: ${name} holds ${image}`);
  }
  return [...complaints, ...complaintsAboutStable(stable, parameters)];
}

function complaintsAbout(result: ActResult, act: Act, stable: string | null): string[] {
  const expected = brought[act.expects];
  const complaints = (["builds", "published", "notified"] as const)
    .filter((field) => result[field] !== expected[field])
    .map((field) => `${field} is ${result[field]}, not ${expected[field]}`);
  if (result.previous !== stable) complaints.push(`stable held ${result.previous} before it, not ${stable}`);
  if (act.expects !== "nothing" && !result.image) complaints.push("there is no image");
  complaints.push(...complaintsAboutReasons(result.reasons, act), ...complaintsAboutTrigger(result.trigger, act));
  return complaints;
}

/** A Patch Tuesday may fall into the time until a slow schedule's turn comes, and then is a reason as well. */
function complaintsAboutReasons(reasons: readonly string[], { expects, reason }: Act): string[] {
  if (expects === "nothing") return [];
  const strange = reasons.filter((one) => !reason?.test(one) && !/^patchTuesday /.test(one));
  return [
    ...strange.map((one) => `"${one}" is no reason for it`),
    ...(reasons.some((one) => reason?.test(one)) ? [] : [`no reason is like ${reason}`]),
  ];
}

function complaintsAboutTrigger(trigger: string, act: Act): string[] {
  const missing =
    act.trigger === "all"
      ? allTriggers.filter((one) => !trigger.split(", ").includes(one))
      : [act.trigger].filter((one) => one !== trigger);
  return missing.map((one) => `the trigger ${one} was not seen (but ${trigger || "none"})`);
}

function complaintsAboutStable(stable: ReadonlyMap<string, string>, parameters: Readonly<Record<string, string>>) {
  return [...stable].flatMap(([variant, image]) => {
    const [, held] = Object.entries(parameters).find(([name]) => name.endsWith(`/${variant}/stable`)) ?? [];
    return held === image ? [] : [`at the end stable of ${variant} holds ${held ?? "nothing"}, not ${image}`];
  });
}
