import { randomUUID } from "node:crypto";
import { type Fleet, fleetParameter } from "../config/fleet.ts";
import {
  type Attempt,
  arrivalRecord,
  attemptRecord,
  endingRecord,
  refusalRecord,
  sightRecord,
} from "../domain/fleet-records.ts";
import type { FleetAction, FleetWrite } from "../domain/fleets/actions.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import type { KnownFleet } from "../domain/observed-fleet.ts";
import { recordBody } from "../domain/records.ts";
import { readGroups } from "../io/fleets/auto-scaling-groups.ts";
import {
  cancelRefresh,
  isRefusal,
  refreshToParameter,
  refreshToVersion,
  updateNodeGroup,
  type Version,
} from "../io/fleets/changes.ts";
import { clientsOf, type FleetClients } from "../io/fleets/fleet-clients.ts";
import { deleteVersions, descriptionOf, madeBefore, makeVersion, readTemplate } from "../io/fleets/launch-templates.ts";
import { turnToWriteChannel } from "../io/pace.ts";
import { createParameter, replaceParameter } from "../io/parameters.ts";
import { writeRecord } from "../io/records.ts";
import { recheckFleet } from "./recheck-fleet.ts";
import type { Run } from "./writes.ts";

/** Records that all nodes of a fleet run an image. That needs no second look: it was so. */
export async function arrive(
  { fleet, image, reasons }: Extract<FleetAction, { do: "arrive" }>,
  { environment, clock }: Run,
): Promise<void> {
  const body = recordBody("reconcile", clock(), reasons.join("; "));
  await writeRecord(environment.BUCKET, arrivalRecord(fleet, image), body);
}

/** Records how a rollout has failed. That needs no second look either: no update that has ended changes. */
export async function conclude(
  { fleet, attemptAt, ending, reasons }: Extract<FleetAction, { do: "conclude" }>,
  { environment, clock }: Run,
): Promise<void> {
  const body = recordBody("reconcile", clock(), reasons.join("; "));
  await writeRecord(environment.BUCKET, endingRecord(fleet, attemptAt, ending), body);
}

/** Records that AWS shows a fleet no more, or again. */
export async function note(
  action: Extract<FleetAction, { do: "sight" }>,
  { world, environment, clock }: Run,
): Promise<void> {
  const fleet = world.configuration.fleets.find(({ name }) => name === action.fleet) as Fleet;
  const body = recordBody("reconcile", clock(), action.reasons.join("; "));
  await writeRecord(environment.BUCKET, sightRecord(fleet, action.sight), body);
}

/**
 * Changes a fleet, if what is read again right before decides the same.
 * @returns false if it does not
 * @throws Error if AWS does not do it; if AWS refuses, a record says so and the image is not tried again
 */
export async function changeFleet(action: FleetWrite, run: Run): Promise<boolean> {
  const fresh = await recheckFleet(action, run);
  if (!fresh) return false;
  const fleet = fresh.configuration.fleets.find(({ name }) => name === action.fleet) as Fleet;
  const observed = fresh.fleets[fleet.name] as KnownFleet;
  const clients = clientsOf(run.environment, fleet, fresh.configuration.places);
  switch (action.do) {
    case "roll":
      await roll(action, { fleet, observed, run, clients });
      return true;
    case "point":
      await point(action, { fleet, run, clients });
      return true;
    case "refresh":
      await begun(action, { fleet, run, at: lastAttemptAt(fresh, fleet) }, async () =>
        refreshToParameter(clients.rolls(), fleet, { isBack: action.leaves }),
      );
      return true;
    case "cancel":
      await cancelRefresh(clients.rolls(), fleet);
      return true;
    case "prune":
      await deleteVersions(clients.rolls(), action.template, action.versions);
      return true;
  }
}

interface About {
  fleet: Fleet;
  run: Run;
}

type Reached = About & { clients: FleetClients };

async function roll(
  { image, from = "none", force, leaves, reasons }: Extract<FleetWrite, { do: "roll" | "point" }>,
  { fleet, observed, run, clients }: Reached & { observed: KnownFleet },
): Promise<void> {
  const rolling = clients.rolls();
  const current = observed.template as NonNullable<KnownFleet["template"]>;
  const token = randomUUID();
  const attempt = { at: run.clock(), image, from, versions: { from: current.number, to: current.number } };
  const about = { fleet, run, at: attempt.at };
  // A refusal needs an attempt to be about, also if no version comes about.
  const number = await begun(
    { reasons },
    about,
    () => versionFor(image, { fleet, observed, run, clients, token }),
    () => record(run, fleet, attempt, reasons),
  );
  const version: Version = { template: current.template, number };
  await record(run, fleet, { ...attempt, versions: { from: current.number, to: number } }, reasons);
  await begun({ reasons }, about, async () => {
    if (fleet.kind === "managed-node-group") return updateNodeGroup(rolling, fleet, version, { force, token });
    const group = (await readGroups(clients.looks)).get(fleet.group);
    if (!group) throw new Error(`there is no Auto Scaling group ${fleet.group}`);
    return refreshToVersion(rolling, fleet, group, { ...version, isBack: leaves });
  });
}

/**
 * The version of the group's template that names the image: one that was made for an attempt which failed, or a new one.
 * An Auto Scaling group whose version names the image already keeps it, so that only the other instances are replaced.
 */
async function versionFor(
  image: string,
  { fleet, observed, run, clients, token }: Reached & { observed: KnownFleet; token: string },
): Promise<number> {
  const { template, number: source } = observed.template as NonNullable<KnownFleet["template"]>;
  if (fleet.kind === "auto-scaling-group" && observed.starts?.id === image) return source;
  const { STAGE } = run.environment;
  const description = descriptionOf(STAGE, fleet.name, image);
  const known = madeBefore(await readTemplate(clients.looks, template), { source, image, description });
  return known ?? makeVersion(clients.rolls(), { template, source, image, description, token });
}

/** Writes the fleet's own parameter. Its first value moves nobody, so it is no rollout. */
async function point(
  { image, from, reasons }: Extract<FleetWrite, { do: "roll" | "point" }>,
  { fleet, run, clients }: Reached,
): Promise<void> {
  const { environment, clock } = run;
  const content = {
    name: fleetParameter(environment.FLEETS_PREFIX, fleet.name),
    value: image,
    description: `AMI of the fleet ${fleet.name}`,
    isImage: true,
  };
  await turnToWriteChannel();
  if (from === undefined) {
    await createParameter(content, { stage: environment.STAGE, variant: fleet.variant }, clients.writes);
    return;
  }
  await record(run, fleet, { at: clock(), image, from, versions: undefined }, reasons);
  await replaceParameter(content, clients.writes);
}

async function record({ environment, clock }: Run, fleet: Fleet, attempt: Attempt, reasons: string[]): Promise<void> {
  const body = recordBody("reconcile", clock(), reasons.join("; "));
  await writeRecord(environment.BUCKET, attemptRecord(fleet.name, attempt), body);
}

/**
 * Begins what has been recorded. If AWS refuses it for good, a record says so in AWS's words.
 * @param first what must be recorded before a refusal
 */
async function begun<T>(
  { reasons }: { reasons: string[] },
  { fleet, run, at }: About & { at: number },
  begin: () => Promise<T>,
  first: () => Promise<void> = async () => undefined,
): Promise<T> {
  try {
    return await begin();
  } catch (error) {
    if (isRefusal(error)) {
      await first();
      const body = recordBody("reconcile", run.clock(), reasons.join("; "));
      await writeRecord(run.environment.BUCKET, refusalRecord(fleet.name, at, error.message), body);
    }
    throw error;
  }
}

function lastAttemptAt({ fleetRecords }: IndexedWorld, { name }: Fleet): number {
  return fleetRecords.histories[name]?.attempts[0]?.at ?? 0;
}
