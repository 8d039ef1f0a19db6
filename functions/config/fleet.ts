import * as z from "zod";
import { channelNames } from "./channel-names.ts";
import { Duration, text } from "./fields.ts";
import { RolloutPace } from "./rollout-pace.ts";
import { Blackout, RolloutWindow } from "./rollout-window.ts";
import { VariantName } from "./variant.ts";

export const fleetKinds = ["managed-node-group", "auto-scaling-group", "karpenter"] as const;
export type FleetKind = (typeof fleetKinds)[number];

export const FleetName = text(
  /^[a-z0-9][a-z0-9-]{0,49}$/,
  "1 to 50 of a-z, 0-9 and hyphen, the first a letter or digit",
);

/** A name that EKS, Auto Scaling or Kubernetes accepts, without what has a meaning in an ARN. */
const GroupName = text(/^[\w.][\w.@+ -]{0,254}$/, "the name of a group, without / : and *");
const ClusterName = text(/^[A-Za-z0-9][\w-]{0,99}$/, "the name of an EKS cluster");
const AlarmName = text(/^[^*\p{Cc}]{1,255}$/u, "the name of a CloudWatch alarm");

/** A group of nodes that is to run what a channel holds. */
export const Fleet = z
  .strictObject({
    /** The name in calls, notifications and records. */
    name: FleetName,
    /** The variant whose images the nodes run. */
    variant: VariantName,
    /** The place in which the group is; by default where images are built. */
    place: text(/^[a-z0-9][a-z0-9-]{0,29}$/, "the name of a place").optional(),
    /** The channel whose image the nodes are to run. */
    channel: z.enum(channelNames).default("stable"),
    /** What the group of nodes is. */
    kind: z.enum(fleetKinds),
    /** Needed for managed node groups and Karpenter; for Auto Scaling groups it enables the check of the version. */
    cluster: ClusterName.optional(),
    /** The node group, the Auto Scaling group, or Karpenter's NodePool. */
    group: GroupName,
    /** `watch`: observed and planned, nothing is written. `roll`: the service brings the nodes to the channel's image. */
    mode: z.enum(["watch", "roll"]).default("watch"),
    /**
     * For groups whose launch template says `resolve:ssm:…`, and for Karpenter: whether they follow the channel itself,
     * which obeys no window, or a parameter of the fleet's own, `/…/fleets/<name>`, which the service writes when the
     * fleet's turn has come.
     */
    parameter: z.enum(["channel", "own"]).optional(),
    /** When a rollout may start; `roll` needs it. One that runs goes on after the window has closed. */
    window: RolloutWindow.optional(),
    /** Days in which no rollout starts. */
    blackouts: z.array(Blackout).max(20, "at most 20").default([]),
    /** The fleet gets an image only after that other fleet has run it, healthy, for this long. */
    after: z
      .strictObject({
        /** A fleet of the same variant. */
        fleet: FleetName,
        /** How long all its nodes must have run the image and been healthy. */
        healthyFor: Duration,
      })
      .optional(),
    /** Of the fleets of one wave, one is rolled at a time. */
    wave: text(/^[\w.-]{1,50}$/, "1 to 50 letters, digits and . _ -").optional(),
    /** `manual`: each image waits for `POST /rollout`. The first one of a fleet always does. */
    approval: z.enum(["none", "manual"]).default("none"),
    /** When a fleet leaves a revoked image: in its next window, or at once, without waiting for anything. */
    rollback: z.enum(["in window", "at once"]).default("in window"),
    /** CloudWatch alarms that must not be in ALARM for the fleet to count as healthy. */
    alarms: z.array(AlarmName).max(10, "at most 10").default([]),
    /** How an Auto Scaling group replaces its instances. Other kinds have settings of their own. */
    pace: RolloutPace.optional(),
    /**
     * An instance refresh neither cordons nor drains. `none` says that this is meant, for a group without a lifecycle
     * hook by which something else drains.
     */
    drain: z.literal("none").optional(),
    /** Whether the fleet may change to another Windows release or edition, or leave an image that nobody can tell. */
    adopt: z.boolean().default(false),
    /** A rollout that takes longer is told and no longer blocks its wave. */
    stuckAfter: Duration.prefault("6h"),
    /** Subscribers are told of a fleet that has been behind its channel for this long. */
    behindAfter: Duration.prefault("14d"),
  })
  .superRefine((fleet, context) => {
    for (const [field, message] of [...ofKind(fleet), ...ofMode(fleet), ...ofFollowing(fleet)])
      context.addIssue({ code: "custom", path: [field], message });
  });
export type Fleet = z.infer<typeof Fleet>;

/** A wrong field and what is allowed there. */
type FieldError = [field: keyof Fleet, message: string];

/** Fields that the fleet's kind does not have, or needs. */
function ofKind({ kind, cluster, pace, drain, parameter }: Fleet): FieldError[] {
  const errors: FieldError[] = [];
  if (kind === "managed-node-group" && parameter)
    errors.push(["parameter", "nothing: managed node groups cannot resolve a parameter"]);
  if (kind === "karpenter" && parameter === undefined)
    errors.push(["parameter", '"channel" or "own": Karpenter follows a parameter']);
  if (kind === "auto-scaling-group") return errors;
  const pacedBy = kind === "karpenter" ? "Karpenter's disruption budgets" : "its own update settings (updateConfig)";
  if (cluster === undefined) errors.push(["cluster", `a cluster: a ${kind} is in one`]);
  if (pace) errors.push(["pace", `nothing: ${pacedBy} set the pace of a ${kind}`]);
  if (drain) errors.push(["drain", `nothing: the nodes of a ${kind} are drained`]);
  return errors;
}

function ofMode({ mode, parameter, window }: Fleet): FieldError[] {
  if (mode === "watch") return [];
  if (parameter === "channel")
    return [
      ["mode", 'watch: a fleet that follows the channel moves by itself; with parameter: "own" it can be rolled'],
    ];
  return window === undefined
    ? [["window", '"always", or a window such as { days: ["Tue"], from: "22:00", to: "04:00", timeZone: "UTC" }']]
    : [];
}

/** What a fleet that follows the channel by itself cannot be told. */
function ofFollowing({ parameter, approval, blackouts, rollback, ...fleet }: Fleet): FieldError[] {
  if (parameter !== "channel") return [];
  const why =
    'a fleet that follows the channel starts its image with the next instance; parameter: "own" makes it wait';
  return [
    ...(["window", "after", "wave", "pace"] as const).flatMap((field): FieldError[] =>
      fleet[field] === undefined ? [] : [[field, `nothing: ${why}`]],
    ),
    ...(blackouts.length > 0 ? [["blackouts", `none: ${why}`] satisfies FieldError] : []),
    ...(approval === "manual" ? [["approval", `"none": ${why}`] satisfies FieldError] : []),
    ...(rollback === "at once" ? [["rollback", `"in window": ${why}`] satisfies FieldError] : []),
  ];
}

/** Errors that only the whole list shows, each with the path of its field. */
export function fleetErrors(
  fleets: readonly Fleet[],
  variants: readonly string[],
): { path: [number, keyof Fleet]; message: string }[] {
  return fleets.flatMap((fleet, index) => {
    const { name, variant } = fleet;
    const errors: FieldError[] = [];
    const earlier = fleets.slice(0, index);
    if (earlier.some((other) => other.name === name)) errors.push(["name", "a unique name"]);
    if (earlier.some((other) => isSameGroup(other, fleet))) errors.push(["group", "a group that no other fleet has"]);
    if (!variants.includes(variant)) errors.push(["variant", `a variant: ${variants.join(", ")}`]);
    const wrong = wrongAfter(fleet, fleets);
    if (wrong) errors.push(["after", wrong]);
    return errors.map(([field, message]) => ({ path: [index, field], message }));
  });
}

/** The name of an Auto Scaling group is unique in its account and Region, whatever cluster is named. */
function isSameGroup(one: Fleet, other: Fleet): boolean {
  const isUnique = one.kind === "auto-scaling-group";
  const isSameName = one.kind === other.kind && one.group === other.group && one.place === other.place;
  return isSameName && (isUnique || one.cluster === other.cluster);
}

function wrongAfter({ name, variant, after }: Fleet, fleets: readonly Fleet[]): string | undefined {
  if (!after) return undefined;
  const first = fleets.find((other) => other.name === after.fleet);
  if (!first) return "the name of another fleet";
  if (first.variant !== variant) return `a fleet of the variant ${variant}`;
  return waitsForItself(fleets, name) ? "a fleet that does not wait for this one" : undefined;
}

function waitsForItself(fleets: readonly Fleet[], name: string): boolean {
  const seen = new Set<string>();
  let next = fleets.find((fleet) => fleet.name === name)?.after?.fleet;
  while (next !== undefined && !seen.has(next)) {
    if (next === name) return true;
    seen.add(next);
    next = fleets.find((fleet) => fleet.name === next)?.after?.fleet;
  }
  return false;
}

/** `/eks-windows-images/production/fleets/web-staging`, beside the channels. */
export function fleetParameter(prefix: string, fleet: string): string {
  return `${prefix}/${fleet}`;
}
