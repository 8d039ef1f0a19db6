import type { Fleet } from "../../functions/config/fleet.ts";
import { hour, minute, second } from "../../functions/config/time.ts";
import { type NodesGroup, type NodesUpdate, runningUpdate } from "../memory-aws/groups.ts";
import { imageOfVersion } from "../memory-aws/launch-templates.ts";
import { ssm } from "../memory-aws/ssm.ts";
import { fleetOf, nodesOf, noteUse, ownParameter, replaceNodes, ringFor, startsFrom } from "./fleets.ts";
import type { Simulation } from "./simulation.ts";

/** Lets the update that a group has just begun live and end. */
export function startUpdate(s: Simulation, groupName: string): void {
  const group = s.account.groups.get(groupName) as NodesGroup;
  const update = runningUpdate(group);
  const fleet = fleetOf(s, groupName);
  if (!update || !fleet) return;
  const name = `update ${update.id}`;
  const random = s.random.named(name);
  const fate = s.isQuiet ? "succeeds" : random.weighted({ succeeds: 75, fails: 17, hangs: 8 });
  // Auto Scaling goes back by itself to a version only, not to what a parameter held.
  const before =
    group.kind === "auto-scaling-group" && fleet.parameter === undefined ? startsFrom(s, fleet) : undefined;
  const first = random.between(10, 40) * minute;
  const rest = fate === "hangs" ? random.between(10, 20) * hour : first + random.between(10, 50) * minute;
  s.tell(`${group.name} begins ${update.id}`);
  noteUse(s);
  s.after(first, `half of ${name}`, () => {
    if (update.status === "running" && !replace(s, fleet, group, update, 1)) fail(s, update, "no node joined");
  });
  s.after(rest, `end of ${name}`, () => {
    if (update.status !== "running") return;
    if (fate !== "succeeds") {
      const reason = "Reached max retries while trying to evict pods";
      if (before === undefined || random.chance(0.5)) return fail(s, update, reason);
      update.status = "rolling-back";
      s.tell(`${update.id} rolls back`);
      return s.after(random.between(10, 60) * minute, `${name} rolls back`, () => {
        if (update.status !== "rolling-back") return;
        replaceNodes(s, fleet.name, 99, before);
        update.status = "rolled-back";
        fail(s, update, reason);
      });
    }
    if (!replace(s, fleet, group, update, 99)) return fail(s, update, "no node joined");
    Object.assign(update, { status: "succeeded", endedAt: new Date(s.now()) });
    group.version = update.version ?? group.version;
    group.started = group.version;
    noteUse(s);
    s.tell(`${update.id} succeeded`);
    // What the new image breaks shows soon, before other fleets follow.
    if (fleet.name === "staging" && random.chance(0.4)) ringFor(s, random.between(1, 9) * hour);
  });
}

/** Parameter Store validates a fleet's own parameter as it does a channel's; Karpenter follows it. */
export function landParameter(s: Simulation, Name: string, Value: string): void {
  const fleet = s.configuration.fleets.find((one) => ownParameter(s, one) === Name);
  const name = `write of ${Value} to ${Name} at ${s.now()}`;
  const random = s.random.named(name);
  s.after(random.between(second, 5 * second), name, () => {
    if (s.account.images.get(Value)?.State !== "available") return s.tell(`Parameter Store drops the ${name}`);
    ssm.PutParameter(s.account, { Type: "String", DataType: "aws:ec2:image", Name, Value, Overwrite: true });
    s.tell(`${Name} holds ${Value}`);
    if (fleet?.kind !== "karpenter") return;
    s.after(random.between(5, 60) * minute, `nodes after ${name}`, () => {
      const now = s.account.parameters.get(Name)?.Value ?? "";
      if (s.account.images.get(now)?.State === "available") replaceNodes(s, fleet.name, 99, now);
    });
  });
}

/** @returns false if no node can start from the image */
function replace(s: Simulation, fleet: Fleet, group: NodesGroup, { version }: NodesUpdate, count: number): boolean {
  const image = version === undefined ? startsFrom(s, fleet) : imageOfVersion(s.account, group.template, version);
  if (image === undefined || s.account.images.get(image)?.State !== "available") return false;
  replaceNodes(s, fleet.name, Math.min(count, nodesOf(s, fleet.name).length), image);
  return true;
}

function fail(s: Simulation, update: NodesUpdate, reason: string): void {
  Object.assign(update, {
    status: update.status === "running" ? "failed" : update.status,
    endedAt: new Date(s.now()),
    reason,
  });
  noteUse(s);
  s.tell(`${update.id}: ${update.status}`);
}
