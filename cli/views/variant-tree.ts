import type { FleetStatus, Status, VariantStatus } from "../service/status.ts";
import { count, since } from "../terminal/text.ts";
import { leaves, type Tree } from "../terminal/tree.ts";
import { fleetReasons, fleetState, nodesText } from "./fleet-state.ts";
import { measuresText } from "./measures-text.ts";
import { failureText, variantState } from "./variant-state.ts";

/** Why a variant is or is not built and published. */
export function variantTree(variant: VariantStatus, { fleets, now }: Pick<Status, "fleets" | "now">): Tree {
  const own = fleets.filter((fleet) => fleet.variant === variant.variant);
  return {
    text: `${variant.variant}: ${variantState(variant, now).words}`,
    children: [
      ...(variant.paused === null ? [] : leaves([variant.paused])),
      inputsTree(variant, now),
      buildTree(variant, now),
      ...Object.entries(variant.channels).map(([name, channel]) => channelTree(variant, name, channel)),
      imagesTree(variant),
      ...(own.length === 0 ? [] : [{ text: "fleets", children: own.map(fleetTree) }]),
    ],
  };
}

function inputsTree({ recorded, desired, drift, behindSince, unknown, harvest }: VariantStatus, now: string): Tree {
  const names = [...new Set([...Object.keys(recorded ?? {}), ...Object.keys(desired)])] as (keyof typeof desired)[];
  const inputs = names.map((name) => inputTree(name, recorded?.[name], desired[name]));
  const standing =
    behindSince === null ? "as the newest image has them" : `behind for at least ${since(behindSince, now)}`;
  return {
    text: `inputs: ${recorded === null ? "no image is publishable" : standing}`,
    children: [
      ...inputs,
      ...leaves(unknown.map((why) => `unknown: ${why}`)),
      ...(harvest?.why ? leaves([`harvest: ${harvest.why}`]) : []),
      ...leaves(drift.filter((why) => !inputs.some(({ text }) => text === why))),
    ],
  };
}

/** Two values that fit no line together are below each other. */
function inputTree(name: string, recorded: string | undefined, desired: string | undefined): Tree {
  if (desired === undefined) return { text: `${name} ${recorded ?? ""}: what is wanted is unknown` };
  if (recorded === desired) return { text: `${name} ${desired}` };
  const change = [recorded ?? "none", desired];
  if (change.join("").length <= 50) return { text: `${name} ${change.join(" → ")}` };
  return { text: `${name} has changed`, children: leaves([`from ${change[0]}`, `to ${change[1]}`]) };
}

function buildTree(variant: VariantStatus, now: string): Tree {
  const { running, gaveUp, nextBuild, blockedBy, lastFailure, failing } = variant;
  const failure = failureText(variant);
  return {
    text: `build: ${running ? `runs (${running.phase}) since ${since(running.since, now)}` : buildOutlook(variant)}`,
    children: [
      ...(running ? leaves([running.build, ...(running.log ? [running.log] : [])]) : []),
      ...leaves(blockedBy.map((why) => `blocked: ${why}`)),
      ...leaves(running ? [] : nextBuild.reasons),
      ...(failure === undefined
        ? []
        : [
            {
              text: `${failing ? "last failure" : "last failure, which a later build made good"}: ${failure}`,
              children: leaves([...(lastFailure?.lines ?? []), ...(lastFailure?.log ? [lastFailure.log] : [])]),
            },
          ]),
      ...(gaveUp ? leaves([`rebuild ${variant.variant} tries the same inputs again`]) : []),
    ],
  };
}

function buildOutlook({ nextBuild, gaveUp, drift }: VariantStatus): string {
  if (gaveUp) return "given up until an input changes or a person asks";
  if (nextBuild.at !== null)
    return nextBuild.at === "now" ? "starts in the next reconcile run" : `not before ${nextBuild.at}`;
  return drift.length === 0 ? "none is needed" : "waits";
}

type Channel = VariantStatus["channels"][string];

function channelTree(variant: VariantStatus, name: string, channel: Channel): Tree {
  const { image, since: at, outlook } = channel;
  const newest = variant.images?.find((one) => one.image === variant.newestImage);
  const keptOut = name === "stable" && newest && newest.image !== image ? newest.keptOutOfStableBy : [];
  return {
    text: image === null ? `${name}: empty` : `${name}: ${image}${at === null ? "" : ` since ${at}`}`,
    children: leaves([
      ...measuresText(channel),
      ...(outlook === `${name} holds ${image}` ? [] : [outlook]),
      ...keptOut.filter((why) => !outlook.includes(why.replace(/ until .*/, ""))),
    ]),
  };
}

function imagesTree({ images = [] }: VariantStatus): Tree {
  return {
    text: count(images.length, "image"),
    children: images.map(
      ({ image, createdAt, publishable, approved, revoked, unrecorded, slowStart, fastLaunch, ...measured }) => ({
        text: `${image} of ${createdAt}: ${publishable === "yes" ? "publishable" : publishable}`,
        children: leaves([
          ...(slowStart === null
            ? measuresText(measured)
            : [slowStart, ...measuresText({ ...measured, startSeconds: null })]),
          ...(fastLaunch ? [fastLaunchText(fastLaunch)] : []),
          ...(revoked && !publishable.includes(revoked.reason) ? [`revoked: ${revoked.reason}`] : []),
          ...(approved ? [`approved: ${approved.reason}`] : []),
          ...unrecorded.map((claim) => `its tags claim without a record ${claim}`),
        ]),
      }),
    ),
  };
}

type FastLaunch = NonNullable<NonNullable<VariantStatus["images"]>[number]["fastLaunch"]>;

/** `Fast Launch: enabling-failed since 2026-11-04 10:00 UTC: no capacity` */
function fastLaunchText({ state, reason, since: at }: FastLaunch): string {
  const why = state.endsWith("-failed") && reason !== null ? `: ${reason}` : "";
  return `Fast Launch: ${state}${at === null ? "" : ` since ${at}`}${why}`;
}

function fleetTree(fleet: FleetStatus): Tree {
  const { words } = fleetState(fleet);
  return { text: `${fleet.fleet}: ${words}, ${nodesText(fleet)}`, children: leaves(fleetReasons(fleet)) };
}
