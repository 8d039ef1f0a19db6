import type { GrantListEntry } from "@aws-sdk/client-kms";
import { isEqual, uniqWith } from "es-toolkit";
import type { ChannelName } from "../../../functions/config/channel-names.ts";
import type { Configuration } from "../../../functions/config/configuration.ts";
import type { FastLaunch } from "../../../functions/config/fast-launch.ts";
import type { FleetKind } from "../../../functions/config/fleet.ts";
import { count } from "../../terminal/text.ts";
import { lineOfError } from "../failed-checks.ts";
import { type Line, linesOf } from "../lines.ts";
import { serviceName, serviceRole } from "../permissions/fast-launch.ts";
import type { Decision } from "../permissions/simulation.ts";
import { findings } from "./findings.ts";

const line = linesOf(findings);

/** The name under which every Windows image has its root volume. */
export const rootDevice = "/dev/sda1";

/** A launch template as far as it decides about the root volume. */
export interface Template {
  /** `lt-0123456789abcdef0, version 3` */
  name: string;
  /** The devices that it maps. */
  devices: readonly string[];
}

/** What could be seen of a fleet: its templates, or why they could not be read. Karpenter has none that stay. */
export interface SeenFleet {
  name: string;
  variant: string;
  channel: ChannelName;
  kind: FleetKind;
  templates: readonly Template[] | Error;
}

/** Whether new nodes of a fleet start from the snapshots of Fast Launch. */
export type Use = "yes" | "no" | "unknown";

/** EC2 takes such a snapshot for a root volume that nothing maps (https://github.com/aws/karpenter-provider-aws/issues/9014). */
export function useOf({ kind, templates }: Pick<SeenFleet, "kind" | "templates">): Use {
  if (kind === "karpenter" || templates instanceof Error || templates.length === 0) return "unknown";
  return templates.some(mapsRoot) ? "no" : "yes";
}

function mapsRoot({ devices }: Template): boolean {
  return devices.includes(rootDevice);
}

/**
 * Which of the fleets can use the snapshots, and which variants have them for nobody.
 * @param channels those that `policies.fastLaunch` names
 */
export function judgeFleets(
  fleets: readonly SeenFleet[],
  variants: readonly string[],
  channels: readonly ChannelName[],
): Line[] {
  const concerned = fleets.filter(({ channel }) => channels.includes(channel));
  const targets = variants.flatMap((variant) =>
    channels.map((channel) => ({
      name: `${variant}, ${channel}`,
      own: concerned.filter((fleet) => fleet.variant === variant && fleet.channel === channel),
    })),
  );
  const unseen = targets.filter(({ own }) => own.length === 0);
  const wasted = targets.filter(({ own }) => own.length > 0 && own.every((fleet) => useOf(fleet) === "no"));
  return [
    ...uniqWith(concerned.map(judgeFleet), isEqual),
    ...wasted.map(({ name, own }) =>
      line("fast-launch-wasted", `${name}: ${count(own.length, "fleet")}, none can use it`),
    ),
    ...(unseen.length > 0
      ? [line("fast-launch-unseen", `no fleet: ${unseen.map(({ name }) => name).join("; ")}`)]
      : []),
  ];
}

/** A denied call has the line that it has everywhere. */
function unread(name: string, error: Error): Line {
  const failed = lineOfError(error, false);
  return failed.finding === "denied" ? failed : line("fast-launch-unread", `${name}: ${failed.text}`);
}

function judgeFleet(fleet: SeenFleet): Line {
  const { name, kind, templates } = fleet;
  if (kind === "karpenter") return line("fast-launch-karpenter", `${name}: Karpenter decides about the root volume`);
  if (templates instanceof Error) return unread(name, templates);
  if (templates.length === 0) return line("fast-launch-unread", `${name}: the group has no launch template`);
  const mapping = templates.filter(mapsRoot);
  const named = (some: readonly Template[]) => some.map((one) => one.name).join(", ");
  return mapping.length > 0
    ? line("fast-launch-mapped", `${name}: ${named(mapping)} maps ${rootDevice}`)
    : line("fast-launch-usable", `${name}: ${named(templates)} maps no root volume`);
}

/**
 * How many images can have Fast Launch at once, apart from what only a rollback needs: what each channel holds and, if
 * channels wait for it, what each takes next.
 */
export function imagesAtOnce({ policies: { fastLaunch, publish }, variants }: Configuration): number {
  const perChannel = fastLaunch?.before === "publication" && publish ? 2 : 1;
  return variants.length * (fastLaunch?.channels.length ?? 0) * perChannel;
}

/**
 * @param has how many instances Fast Launch may start at once in this account and Region
 * @param wanted what `policies.fastLaunch` says
 * @param images how many images can have Fast Launch at once
 */
export function judgeRoom(
  has: number,
  { quota, maxParallelLaunches: each }: Pick<FastLaunch, "quota" | "maxParallelLaunches">,
  images: number,
): Line {
  if (has < quota) return line("fast-launch-too-many", `${quota} parallel launches in config.ts, ${has} at AWS`);
  const room = Math.min(images, Math.floor(quota / each));
  const text = `${quota} parallel launches, ${each} for each image: ${room} of ${images} at a time`;
  return line(room < images ? "fast-launch-queue" : "fast-launch-room", text);
}

export function unknownRoom(why: string): Line {
  return line("fast-launch-room-unknown", why);
}

/** @param creating what a simulation says of creating the role; undefined if the role is there */
export function judgeRole(creating: readonly Decision[] | undefined): Line {
  if (!creating) return line("fast-launch-role", `${serviceRole} is there`);
  return creating.every(({ result }) => result === "allowed")
    ? line("fast-launch-role", `${serviceRole} does not exist yet, and the service may create it`)
    : line("fast-launch-no-role", `${serviceRole} does not exist, and the service may not create it`);
}

/**
 * Whether the service-linked role can use the user's key: by a grant for CreateGrant (EC2 user guide, "Service-linked
 * role for EC2 Fast Launch"). Its own policy allows it nothing with keys.
 * @param role its ARN
 * @param grants those of the key; undefined if the role does not exist, so that it can have none
 */
export function judgeKey(key: string, role: string, grants: readonly GrantListEntry[] | undefined): Line {
  const isGranted = grants?.some(
    ({ GranteePrincipal, Operations = [] }) => GranteePrincipal === role && Operations.includes("CreateGrant"),
  );
  if (isGranted) return line("fast-launch-key", `${serviceRole} has a grant for ${key}`);
  const grant = `aws kms create-grant --key-id ${key} --operations CreateGrant --grantee-principal ${role}`;
  if (grants)
    return line("fast-launch-key-unseen", `${serviceRole} has no grant for ${key}`, `${unlessNamed} ${grant}`);
  const making = `aws iam create-service-linked-role --aws-service-name ${serviceName}`;
  return line(
    "fast-launch-key-unseen",
    `${serviceRole} does not exist yet, so it has no grant for ${key}`,
    `${unlessNamed} ${making}, then ${grant}`,
  );
}

const unlessNamed = "Unless the key policy names the role:";
