import * as z from "zod";
import { channelNames } from "./channel-names.ts";
import { Duration, text, whole } from "./fields.ts";
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

/** How an Auto Scaling group replaces its instances. A node group has settings of its own (`updateConfig`). */
const Pace = z.strictObject({
  /** Percent of the desired capacity that stays in service. 100 launches before it terminates. */
  minHealthy: whole(0, 100).default(100),
  /** Percent of the desired capacity that the group may reach meanwhile. */
  maxHealthy: whole(100, 200).default(110),
  /** Percentages at which the refresh waits for `checkpointDelay`. */
  checkpoints: z.array(whole(1, 100)).max(10, "at most 10").default([]),
  checkpointDelay: Duration.prefault("1h"),
  /** How long a new instance warms up before it counts. Windows nodes take minutes until they are ready. */
  warmup: Duration.prefault("10m"),
});

/** A group of nodes that is to run what a channel holds. */
export const Fleet = z
  .strictObject({
    name: FleetName,
    variant: VariantName,
    channel: z.enum(channelNames).default("stable"),
    kind: z.enum(fleetKinds),
    /** Needed for managed node groups and Karpenter; for Auto Scaling groups it enables the check of the version. */
    cluster: ClusterName.optional(),
    /** The node group, the Auto Scaling group, or Karpenter's NodePool. */
    group: GroupName,
    /** `watch`: observed and planned, nothing is written. */
    mode: z.enum(["watch", "roll"]).default("watch"),
    /**
     * For groups whose launch template says `resolve:ssm:…`, and for Karpenter: whether they follow the channel itself,
     * which obeys no window, or a parameter of the fleet's own, `/…/fleets/<name>`, which the service writes when the
     * fleet's turn has come.
     */
    parameter: z.enum(["channel", "own"]).optional(),
    window: RolloutWindow.optional(),
    blackouts: z.array(Blackout).max(20, "at most 20").default([]),
    /** The fleet gets an image only after that other fleet has run it, healthy, for this long. */
    after: z.strictObject({ fleet: FleetName, healthyFor: Duration }).optional(),
    /** Of the fleets of one wave, one is rolled at a time. */
    wave: text(/^[\w.-]{1,50}$/, "1 to 50 letters, digits and . _ -").optional(),
    /** `manual`: each image waits for `POST /rollout`. The first one of a fleet always does. */
    approval: z.enum(["none", "manual"]).default("none"),
    /** When a fleet leaves a revoked image: in its next window, or at once, without waiting for anything. */
    rollback: z.enum(["in window", "at once"]).default("in window"),
    /** CloudWatch alarms that must not be in ALARM for the fleet to count as healthy. */
    alarms: z.array(AlarmName).max(10, "at most 10").default([]),
    pace: Pace.optional(),
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
    const { kind, mode, cluster, parameter, window } = fleet;
    const refuse = (path: keyof typeof fleet, message: string) => {
      context.addIssue({ code: "custom", path: [path], message });
    };
    if (kind !== "auto-scaling-group" && cluster === undefined) refuse("cluster", `a cluster: a ${kind} is in one`);
    if (kind !== "auto-scaling-group" && fleet.pace)
      refuse(
        "pace",
        kind === "karpenter"
          ? "nothing: Karpenter's disruption budgets set the pace"
          : "nothing: a node group has update settings of its own (updateConfig)",
      );
    if (kind !== "auto-scaling-group" && fleet.drain)
      refuse("drain", "nothing: only an instance refresh does not drain");
    if (kind === "managed-node-group" && parameter)
      refuse("parameter", "nothing: managed node groups cannot resolve a parameter");
    if (kind === "karpenter" && parameter === undefined)
      refuse("parameter", '"channel" or "own": Karpenter follows a parameter');
    if (mode === "roll" && parameter === "channel")
      refuse("mode", 'watch: a fleet that follows the channel moves by itself; with parameter: "own" it can be rolled');
    if (mode === "roll" && window === undefined)
      refuse("window", 'a window such as { days: ["Tue"], from: "22:00", to: "04:00", timeZone: "UTC" }, or "always"');
    if (parameter === "channel")
      for (const field of ["window", "after", "wave"] as const)
        if (fleet[field] !== undefined) refuse(field, `nothing, ${obeysNothing}`);
    if (parameter === "channel" && fleet.approval === "manual") refuse("approval", `none, ${obeysNothing}`);
    if (parameter === "channel" && fleet.blackouts.length > 0) refuse("blackouts", `nothing, ${obeysNothing}`);
  });
export type Fleet = z.infer<typeof Fleet>;

const obeysNothing =
  'because a fleet that follows the channel starts its image with the next instance; parameter: "own" makes it wait';

/** Errors that only the whole list shows, each with the path of its field. */
export function fleetErrors(
  fleets: readonly Fleet[],
  variants: readonly string[],
): { path: [number, keyof Fleet]; message: string }[] {
  return fleets.flatMap(({ name, variant, after, cluster, group, kind }, index) => {
    const errors: [keyof Fleet, string][] = [];
    const others = fleets.slice(0, index);
    if (others.some((other) => other.name === name)) errors.push(["name", "a unique name"]);
    if (others.some((other) => other.kind === kind && other.cluster === cluster && other.group === group))
      errors.push(["group", "a group that no other fleet has"]);
    if (!variants.includes(variant)) errors.push(["variant", `a variant: ${variants.join(", ")}`]);
    if (after) {
      const first = fleets.find((other) => other.name === after.fleet);
      if (!first) errors.push(["after", "the name of another fleet"]);
      else if (first.variant !== variant) errors.push(["after", `a fleet of the variant ${variant}`]);
      else if (waitsForItself(fleets, name)) errors.push(["after", "a fleet that does not wait for this one"]);
    }
    return errors.map(([field, message]) => ({ path: [index, field], message }));
  });
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
