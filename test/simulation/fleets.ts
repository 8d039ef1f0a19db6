import type { Instance } from "@aws-sdk/client-ec2";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import { type Fleet, fleetParameter } from "../../functions/config/fleet.ts";
import { groupTag, type NodesGroup } from "../memory-aws/groups.ts";
import { imageOfVersion } from "../memory-aws/launch-templates.ts";
import type { Random } from "../random.ts";
import { begin, end } from "./ledger.ts";
import type { Simulation } from "./simulation.ts";

/** What AWS's own image of the first nodes is called. */
const foreign = {
  ImageId: "ami-00000000000000aaa",
  Name: "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14",
};

/** Of the fleet that another one waits for. */
export const stagingAlarm = "staging-errors";

/** Fleets of the first variant, of each kind; in some histories, which seeds of others do not notice. */
export function firstFleets(random: Random, seed: number): NonNullable<ConfigurationInput["fleets"]> {
  if (seed % 5 !== 0 && seed % 5 !== 3) return [];
  const variant = "line-0";
  const wave = random.chance(0.3) ? { wave: "all" } : {};
  const night = {
    days: ["Mon" as const, "Wed" as const, "Thu" as const, "Sat" as const],
    from: "22:00",
    to: "05:00",
    timeZone: "Europe/Berlin",
  };
  return [
    {
      name: "staging",
      variant,
      channel: random.pick(["candidate", "stable"] as const),
      kind: "managed-node-group",
      cluster: "test",
      group: "staging",
      mode: "roll",
      window: "always",
      alarms: [stagingAlarm],
      ...wave,
    },
    {
      name: "production",
      variant,
      kind: "auto-scaling-group",
      group: "production",
      mode: "roll",
      window: random.chance(0.5) ? night : "always",
      rollback: random.pick(["in window", "at once"] as const),
      approval: random.chance(0.2) ? "manual" : "none",
      ...(random.chance(0.6) && { after: { fleet: "staging", healthyFor: "2h" } }),
      ...wave,
    },
    {
      name: "pool",
      variant,
      kind: "karpenter",
      cluster: "test",
      group: "pool",
      parameter: "own",
      mode: "roll",
      window: "always",
    },
    {
      name: "pointed",
      variant,
      kind: "auto-scaling-group",
      group: "pointed",
      parameter: "own",
      mode: "roll",
      window: random.chance(0.5) ? night : "always",
      rollback: random.pick(["in window", "at once"] as const),
    },
    { name: "watched", variant, kind: "managed-node-group", cluster: "test", group: "watched" },
  ];
}

/** The groups of a history's fleets, on AWS's own image. */
export function addFleets(s: Simulation): void {
  if (s.configuration.fleets.length === 0) return;
  s.account.images.set(foreign.ImageId, {
    ...foreign,
    OwnerId: "801119661308",
    State: "available",
    CreationDate: "2026-10-14T00:00:00.000Z",
  });
  ring(s, stagingAlarm, false);
  for (const fleet of s.configuration.fleets) {
    const { name, kind, group, cluster = "", parameter } = fleet;
    const template = `lt-${name}`;
    const scaling = kind === "managed-node-group" ? `eks-${group}` : group;
    s.account.templates.set(template, [
      {
        LaunchTemplateId: template,
        VersionNumber: 1,
        DefaultVersion: true,
        LaunchTemplateData: {
          ImageId: parameter === "own" ? `resolve:ssm:${ownParameter(s, fleet)}` : foreign.ImageId,
        },
      },
    ]);
    if (kind !== "karpenter")
      s.account.groups.set(group, { kind, cluster, name: group, scaling, template, version: 1, updates: [] });
    for (let node = 0; node < 3; node++) addNode(s, name, foreign.ImageId);
  }
  noteUse(s);
}

export function fleetOf(s: Pick<Simulation, "configuration">, group: string): Fleet | undefined {
  return s.configuration.fleets.find((fleet) => fleet.group === group);
}

export function groupOf(s: Simulation, { group }: Fleet): NodesGroup {
  return s.account.groups.get(group) as NodesGroup;
}

/** A fleet's living nodes. */
export function nodesOf(s: Simulation, name: string): Instance[] {
  return s.account.instances.filter(
    ({ State, Tags = [] }) =>
      State?.Name === "running" && Tags.some(({ Key, Value }) => Key === "fleet" && Value === name),
  );
}

/** What a new node of the fleet starts from. */
export function startsFrom(s: Simulation, fleet: Fleet): string | undefined {
  if (fleet.parameter === "own") return s.account.parameters.get(ownParameter(s, fleet))?.Value;
  const { template, version, started = version } = groupOf(s, fleet);
  return imageOfVersion(s.account, template, started);
}

/** Lets an alarm ring from now on, or no more. */
export function ring(s: Simulation, AlarmName: string, rings: boolean): void {
  const StateTransitionedTimestamp = new Date(s.now());
  s.account.alarms.set(AlarmName, { AlarmName, StateValue: rings ? "ALARM" : "OK", StateTransitionedTimestamp });
  (rings ? begin : end)(s.ledger.ringing, AlarmName, s.now());
}

/** Lets the alarm of staging ring for so many milliseconds. */
export function ringFor(s: Simulation, milliseconds: number): void {
  ring(s, stagingAlarm, true);
  s.tell(`${stagingAlarm} rings`);
  s.after(milliseconds, `end of ${stagingAlarm} at ${s.now()}`, () => ring(s, stagingAlarm, false));
}

export function ownParameter({ environment }: Simulation, { name }: Fleet): string {
  return fleetParameter(environment.FLEETS_PREFIX, name);
}

export function addNode(s: Simulation, name: string, image: string): void {
  const { kind, group, cluster } = s.configuration.fleets.find((fleet) => fleet.name === name) as Fleet;
  const scaling = kind === "managed-node-group" ? `eks-${group}` : group;
  const id = `i-0000000${s.ledger.foreign.size.toString(16).padStart(10, "0")}`;
  const own =
    kind === "karpenter"
      ? [
          { Key: "karpenter.sh/nodepool", Value: group },
          { Key: `kubernetes.io/cluster/${cluster}`, Value: "owned" },
        ]
      : [{ Key: groupTag, Value: scaling }];
  s.account.instances.push({
    InstanceId: id,
    ImageId: image,
    LaunchTime: new Date(s.now()),
    State: { Name: "running" },
    Tags: [{ Key: "fleet", Value: name }, ...own],
  });
  s.ledger.foreign.add(id);
}

/** Terminates so many nodes that run another image, and starts as many from this one. */
export function replaceNodes(s: Simulation, name: string, count: number, image: string): void {
  const old = nodesOf(s, name)
    .filter(({ ImageId }) => ImageId !== image)
    .slice(0, count);
  s.account.instances = s.account.instances.filter((one) => !old.includes(one));
  for (const _ of old) addNode(s, name, image);
  noteUse(s);
}

/** Notes which images nodes and launch templates use now. */
export function noteUse(s: Simulation): void {
  if (s.configuration.fleets.length === 0) return;
  const used = new Set([
    ...s.account.instances.flatMap(({ ImageId, State }) => (State?.Name === "running" && ImageId ? [ImageId] : [])),
    ...[...s.account.templates.values()].flat().flatMap(({ LaunchTemplateData }) => LaunchTemplateData?.ImageId ?? []),
  ]);
  for (const image of used) if (image.startsWith("resolve:")) used.delete(image);
  for (const image of used) begin(s.ledger.used, image, s.now());
  for (const image of s.ledger.used.keys())
    if (!used.has(image) && !s.account.references.some(({ ImageId }) => ImageId === image))
      end(s.ledger.used, image, s.now());
}
