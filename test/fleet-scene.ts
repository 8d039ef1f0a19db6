import type * as z from "zod";
import { Fleet } from "../functions/config/fleet.ts";
import type { Attempt, Ending, FleetHistory, Sight } from "../functions/domain/fleet-records.ts";
import type { GroupUpdate, KnownFleet } from "../functions/domain/observed-fleet.ts";
import { core, day, hour, type OpenWorld, present } from "./world.ts";

/** A history that a test may change. */
type OpenHistory = { -readonly [Field in keyof FleetHistory]: FleetHistory[Field] };

/** How a rollout goes that the service has begun. */
export interface Course {
  /** In milliseconds before now. */
  ago?: number;
  status?: GroupUpdate["status"] | "refused" | "invisible";
  /** AWS's words. */
  detail?: string;
}

/** What may happen to the fleets of a world. */
export function fleetsOf(world: OpenWorld) {
  const groupOf = (name: string): KnownFleet => {
    const observed = present(world.fleets[name], `no fleet ${name}`);
    if (observed.state === "unknown") throw new Error(`the fleet ${name} cannot be read`);
    return observed;
  };
  const fleetNamed = (name: string) =>
    present(
      world.configuration.fleets.find((fleet) => fleet.name === name),
      `no fleet ${name}`,
    );
  const historyOf = (name: string) => present(world.fleetRecords.histories[name], `no fleet ${name}`) as OpenHistory;
  const imageOf = (id: string) => world.images.find((image) => image.id === id);

  const fleets = {
    /** A fleet that runs and starts what its channel holds, in its place, since the service rolled it a week ago. */
    add(name: string, configuration: Partial<z.input<typeof Fleet>> = {}) {
      const fleet = Fleet.parse({
        name,
        variant: core,
        kind: "managed-node-group",
        cluster: configuration.kind === "auto-scaling-group" ? undefined : "main",
        group: name,
        mode: "roll",
        ...(configuration.mode !== "watch" && { window: "always" }),
        ...configuration,
      });
      world.configuration.fleets.push(fleet);
      const place = fleet.place === undefined ? world : present(world.places[fleet.place], `no place ${fleet.place}`);
      const channels = "channels" in place ? place.channels : {};
      const image = present(channels[fleet.variant]?.[fleet.channel], `nothing in ${fleet.channel}`).image;
      const follows = fleet.parameter !== undefined;
      const at = world.now - 7 * day;
      world.fleets[name] = {
        state: "known",
        starts: startedImage(image),
        parameter: follows ? `/fleets/${name}` : undefined,
        template:
          fleet.kind === "karpenter"
            ? undefined
            : { template: `lt-${name}`, named: "2", number: 2, made: follows ? [] : [2], followedBy: undefined },
        nodes: [1, 2, 3].map((n) => ({ id: `i-${name}-${n}`, image, since: at })),
        updates: [],
        isChanging: false,
        issues: [],
        alarms: { ringing: [], changedAt: 0 },
        cluster: fleet.cluster === undefined ? undefined : { minor: "1.35", isAuto: false },
        obstacles: [],
      };
      const versions = follows ? undefined : { from: 1, to: 2 };
      const attempts = fleet.mode === "roll" ? [{ at, image, from: "none", versions }] : [];
      const arrivals = [{ image, at: at + hour }];
      world.fleetRecords.histories[name] = { attempts, arrivals, orders: [], releasedAt: undefined };
    },
    /** The service has never rolled the fleet: it runs what somebody else gave it. */
    neverRolled(name: string) {
      Object.assign(historyOf(name), { attempts: [], arrivals: [] });
    },
    observe(name: string, changes: Partial<KnownFleet>) {
      world.fleets[name] = { ...groupOf(name), ...changes };
    },
    unreadable(name: string, why: string) {
      world.fleets[name] = { state: "unknown", why };
    },
    starts(name: string, image: string, { isOfAws = "" } = {}) {
      fleets.observe(name, { starts: { ...startedImage(image), ...(isOfAws && { name: isOfAws }) } });
    },
    /** All nodes, or those of these numbers, run the image from now on. */
    runs(name: string, image: string, numbers?: readonly number[]) {
      const nodes = groupOf(name).nodes.map((node, index) =>
        numbers && !numbers.includes(index + 1) ? node : { ...node, image, since: world.now },
      );
      fleets.observe(name, { nodes });
    },
    /** The service begins to roll the image out, and AWS goes on with that as it says. */
    rollout(name: string, image: string, { ago = 0, status = "running", detail }: Course = {}) {
      const { template, starts, updates } = groupOf(name);
      const at = world.now - ago;
      const from = template?.number ?? 1;
      const isNumbered = fleetNamed(name).parameter === undefined;
      const to = Math.max(from, ...(template?.made ?? [])) + 1;
      const versions = isNumbered ? { from, to } : undefined;
      const attempt: Attempt = { at, image, from: starts?.id ?? "none", versions };
      const refused = status === "refused" ? (detail ?? "no") : undefined;
      const history = historyOf(name);
      history.attempts = [{ ...attempt, refused }, ...history.attempts];
      if (template && isNumbered) fleets.observe(name, { template: { ...template, made: [...template.made, to] } });
      if (status === "refused" || status === "invisible") return;
      const update = { id: `u-${to}-${updates.length}`, status, startedAt: at, version: versions?.to, detail };
      fleets.observe(name, { updates: [update, ...updates], isChanging: status === "running" });
      if (status === "succeeded") fleets.take(name, image, to);
    },
    /** The latest update ends so. */
    ends(name: string, status: GroupUpdate["status"]) {
      const [latest, ...others] = groupOf(name).updates;
      const update = { ...present(latest, `no update of ${name}`), status };
      fleets.observe(name, { updates: [update, ...others], isChanging: false });
    },
    /** It was recorded that the latest rollout failed, and AWS shows nothing of its update any more. */
    concluded(name: string, ending: Ending) {
      const history = historyOf(name);
      const [latest, ...others] = history.attempts;
      history.attempts = [{ ...present(latest, `no rollout of ${name}`), ended: ending }, ...others];
      fleets.observe(name, { updates: [] });
    },
    /** The group, or its parameter, starts the image from now on, and all nodes run it. */
    take(name: string, image: string, number?: number) {
      const { template } = groupOf(name);
      const isNumbered = fleetNamed(name).parameter === undefined;
      if (template && number !== undefined && isNumbered)
        fleets.observe(name, { template: { ...template, number, named: `${number}` } });
      fleets.starts(name, image);
      fleets.runs(name, image);
    },
    /** It was recorded that all nodes run the image. */
    arrived(name: string, image: string, ago = 0) {
      const history = historyOf(name);
      const others = history.arrivals.filter((arrival) => arrival.image !== image);
      history.arrivals = [{ image, at: world.now - ago }, ...others].toSorted((a, b) => b.at - a.at);
    },
    /** A person orders the rollout of the image now. */
    order(name: string, image: string, { force = false } = {}) {
      const history = historyOf(name);
      history.orders = [{ image, force, at: world.now }, ...history.orders];
    },
    hold(name: string, reason = "a freeze") {
      world.fleetRecords.holds[name] = { reason, by: "arn:aws:iam::123456789012:user/ann", at: world.now };
    },
    /** It was recorded that AWS shows the fleet no more, or again. */
    sight(name: string, sight: Sight) {
      historyOf(name).unseenSince = sight === "lost" ? world.now : undefined;
    },
    release(name: string) {
      delete world.fleetRecords.holds[name];
      historyOf(name).releasedAt = world.now;
    },
  };

  function startedImage(id: string) {
    const { name, createdAt } = imageOf(id) ?? {};
    return { id, name, createdAt };
  }

  return fleets;
}
