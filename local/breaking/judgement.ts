import { uniq } from "es-toolkit";
import { FailureClass, kindOf } from "../../functions/domain/failures.ts";
import { type Build, exportedBy, variableOf } from "../codebuild/build.ts";
import type { Evidence, VariantEvidence } from "./evidence.ts";

/** Subscribers are told of the third transient failure in a row at the latest (rule 6). */
const silentFailures = 2;

/** One line for each way in which the service did not survive, whatever was broken. */
export function judge(evidence: Evidence): string[] {
  return [
    ...evidence.variants.flatMap((variant) => notCurrent(variant, evidence)),
    ...leaked(evidence),
    ...writtenUnproved(evidence),
    ...untold(evidence),
    ...startedTwice(evidence),
    ...evidence.denied,
  ];
}

/** The image of the newest inputs is in `candidate` and, after its soak, in `stable`. */
function notCurrent({ name, desired, newestBase, candidate, stable }: VariantEvidence, { images }: Evidence): string[] {
  const held = images.find(({ id }) => id === candidate);
  if (!held) return [`candidate of ${name} holds ${candidate ?? "nothing"}, which is no image of the account`];
  const wanted = Object.entries({ ...desired, baseAmi: newestBase });
  const old = wanted.flatMap(([input, value]) => {
    const recorded = held.tags[`input:${input}`];
    return recorded === value ? [] : [`${candidate} in candidate of ${name} has ${input} ${recorded}, not ${value}`];
  });
  return [
    ...old,
    ...(stable === candidate ? [] : [`stable of ${name} holds ${stable}, not ${candidate} of candidate`]),
  ];
}

/** Every resource of a build is gone or part of an image that is kept, or that subscribers were told of. */
function leaked({ leftBehind, images, snapshots, notifications, calls }: Evidence): string[] {
  const made = objectsWritten(calls).flatMap((key) => /^records\/proofs\/(ami-\w+)\/made-/.exec(key)?.[1] ?? []);
  const told = JSON.stringify(notifications.filter(({ kind }) => kind === "unrecorded"));
  const stray = images.filter(({ id }) => !made.includes(id) && !told.includes(id));
  const parts = images.flatMap((image) => image.snapshots);
  return [
    ...leftBehind,
    ...stray.map(
      ({ id }) => `the image ${id} is left behind: no record says that a build made it, and nobody was told`,
    ),
    ...snapshots.filter((id) => !parts.includes(id)).map((id) => `the snapshot ${id} is left behind, part of no image`),
  ];
}

/** Nothing is written to a channel before a build has recorded that its proof passed. */
function writtenUnproved({ calls, channelsPrefix }: Evidence): string[] {
  const proved = new Set<string>();
  return calls.flatMap(({ operation, parameters }) => {
    const [, image] = /^records\/proofs\/(ami-\w+)\/passed-/.exec(String(parameters.Key)) ?? [];
    if (operation === "PutObject" && image) proved.add(image);
    const { Name: name, Value: value } = parameters;
    if (operation !== "PutParameter" || !String(name).startsWith(`${channelsPrefix}/`)) return [];
    return proved.has(String(value)) ? [] : [`${name} was set to ${value}, which no build had proved until then`];
  });
}

/** Subscribers heard of every publication, and of every failure that rule 6 says. */
function untold({ calls, channelsPrefix, notifications, builds }: Evidence): string[] {
  const writes = calls.flatMap(({ operation, parameters: { Name, Value } }) =>
    operation === "PutParameter" && String(Name).startsWith(`${channelsPrefix}/`) ? [`${Name} ${Value}`] : [],
  );
  const heard = notifications
    .filter(({ kind }) => kind === "published" || kind === "rolled-back")
    .map(({ variant, channel, image }) => `${channelsPrefix}/${variant}/${channel} ${image}`);
  const failures = [...Map.groupBy(builds, (build) => variableOf(build, "VARIANT")).values()].flatMap(failuresToTell);
  return [
    ...uniq(writes)
      .filter((write) => !heard.includes(write))
      .map((write) => `nobody was told that ${write.replace(" ", " got ")}`),
    ...failures
      .filter(({ id }) => !notifications.some(({ kind, build }) => kind === "failed" && build === id))
      .map(({ id }) => `nobody was told that ${id} failed`),
  ];
}

/** The failed builds of one variant that subscribers must hear of. */
function failuresToTell(builds: readonly Build[]): Build[] {
  let inARow = 0;
  return builds.filter((build) => {
    const { buildStatus } = build;
    if (buildStatus === "SUCCEEDED") inARow = 0;
    if (buildStatus === "SUCCEEDED" || buildStatus === "STOPPED" || buildStatus === "IN_PROGRESS") return false;
    const failureClass = FailureClass.safeParse(exportedBy(build, "FAILURE_CLASS")).data;
    const isTransient = kindOf(failureClass && { class: failureClass, cause: "", lines: [] }) === "transient";
    if (isTransient) inARow += 1;
    return !isTransient || inARow > silentFailures;
  });
}

/** An order is one build. */
function startedTwice({ builds }: Evidence): string[] {
  const tokens = builds.map((build) => variableOf(build, "TOKEN"));
  return builds.flatMap((build, index) =>
    tokens.indexOf(tokens[index]) < index ? [`${build.id} is the same order as an earlier build`] : [],
  );
}

function objectsWritten(calls: Evidence["calls"]): string[] {
  return calls.filter(({ operation }) => operation === "PutObject").map(({ parameters }) => String(parameters.Key));
}
