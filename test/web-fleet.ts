import type { ConfigurationInput } from "../functions/config/configuration.ts";
import type { Attempt, FleetHistory, RolloutOrder } from "../functions/domain/fleet-records.ts";
import { noHistory } from "../functions/domain/fleet-records.ts";
import type { GroupUpdate, KnownFleet } from "../functions/domain/observed-fleet.ts";
import { core, day, type Scene, scene } from "./scene.ts";

type FleetInput = NonNullable<ConfigurationInput["fleets"]>[number];

export const web: FleetInput = {
  name: "web",
  variant: core,
  kind: "managed-node-group",
  cluster: "production",
  group: "web-1",
  mode: "roll",
  window: "always",
};

/**
 * A scene with the fleet `web`, or others, whose channel holds `ami-2` while three nodes run `ami-1`. Both are images
 * of the service.
 */
export function fleetScene(...fleets: FleetInput[]) {
  const configured = fleets.length === 0 ? [web] : fleets;
  const story = scene({ fleets: configured });
  const then = story.world.now - 9 * day;
  story.image("ami-1", { createdAt: then, provedAt: then }).published("ami-2").notifyAll();
  for (const { name } of configured) observe(story, name, runs("ami-1"));
  return story;
}

/** A fleet as AWS shows it: three nodes run the image, and a new one would. */
export function runs(image: string, changes: Partial<KnownFleet> = {}): KnownFleet {
  const since = Date.parse("2026-10-01T00:00:00Z");
  return {
    state: "known",
    starts: { id: image, name: `image ${image}`, createdAt: undefined },
    parameter: undefined,
    template: { template: "lt-1", named: "1", number: 1, made: [], followedBy: undefined },
    nodes: [1, 2, 3].map((number) => ({ id: `i-${number}`, image, since: since + number * day })),
    updates: [],
    isChanging: false,
    issues: [],
    alarms: { ringing: [], changedAt: 0 },
    cluster: { minor: "1.35", isAuto: false },
    obstacles: [],
    ...changes,
  };
}

/** What AWS shows of a fleet from now on. */
export function observe({ world }: Scene, fleet: string, observed: Scene["world"]["fleets"][string]): void {
  world.fleets = { ...world.fleets, [fleet]: observed };
}

/** What the records say about a fleet from now on. */
export function recorded({ world }: Scene, fleet: string, history: Partial<FleetHistory>): void {
  const { histories } = world.fleetRecords;
  const now = { ...(histories[fleet] ?? noHistory), ...history };
  world.fleetRecords = { ...world.fleetRecords, histories: { ...histories, [fleet]: now } };
}

/** An operator holds a fleet now. */
export function hold({ world }: Scene, fleet: string): void {
  const order = { by: "arn:aws:iam::123456789012:user/ann", at: world.now, reason: "busy" };
  world.fleetRecords = { ...world.fleetRecords, holds: { ...world.fleetRecords.holds, [fleet]: order } };
}

/** The service began to bring `ami-2` then: version 2 of the launch template instead of 1. */
export function attempt(at: number, changes: Partial<Attempt> = {}): Attempt {
  return { at, image: "ami-2", from: "ami-1", versions: { from: 1, to: 2 }, ...changes };
}

/** What AWS makes of it: an update that runs, with changes. */
export function update(startedAt: number, changes: Partial<GroupUpdate> = {}): GroupUpdate {
  return {
    id: "update-1",
    status: "running",
    startedAt,
    version: 2,
    detail: undefined,
    ...changes,
  };
}

export function order(at: number, changes: Partial<RolloutOrder> = {}): RolloutOrder {
  return { image: "ami-2", force: false, at, ...changes };
}

/** The service has begun to bring `ami-2` so long ago, and AWS shows an update. */
export function rolling(story: Scene, ago: number, changes: Partial<GroupUpdate> = {}): void {
  const { now } = story.world;
  recorded(story, "web", { attempts: [attempt(now - ago)], orders: [order(now - ago - 1)] });
  const template = { template: "lt-1", named: "2", number: 2, made: [2], followedBy: undefined };
  const isChanging = (changes.status ?? "running") === "running";
  observe(story, "web", {
    ...runs("ami-1", { template, updates: [update(now - ago, changes)], isChanging }),
    starts: { id: "ami-2", name: "image ami-2", createdAt: undefined },
  });
}
