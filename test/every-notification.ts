import { cloneDeepWith } from "es-toolkit";
import type { Notification } from "../functions/domain/notifications/due.ts";
import { plan } from "../functions/domain/plan.ts";
import { fastLaunched } from "./fast-launched.ts";
import { ireland, placed } from "./placed.ts";
import { day, hour, type Scene, scene } from "./scene.ts";

const old = { createdAt: 1, provedAt: 1 };

/** `ami-2` is in both channels and was revoked, and `ami-1` can replace it. */
export function rolledBack() {
  return scene().image("ami-1", old).holds("ami-1").image("ami-2").holds("ami-2").revoke("ami-2", "pods lose DNS");
}

/** Notifications of every kind, each as the plan makes it. */
export function everyNotification(): Notification[] {
  const missing = (source: "kubernetes" | "harvestSource") =>
    scene().changeUpstream({ [source]: { state: "missing", why: "404" } });
  const recovered = scene().published("ami-1").kubernetes("1.35.8").failed("sysprep").notifyAll().later(hour);
  recovered.build({ status: "succeeded", endedAt: recovered.world.now, image: "ami-1" });
  const stories = [
    scene().image("ami-1").holds("ami-1").notified([]),
    scene().failed("test").failed("test").failed("test"),
    scene().baseMissing(),
    missing("kubernetes"),
    missing("harvestSource"),
    scene().image("ami-1").holds("ami-1").revoke("ami-1"),
    rolledBack().holds("ami-1").notified([]),
    scene().baseReleased(100 * day),
    scene({ policies: { approval: "manual" } }).image("ami-1"),
    scene().image("ami-1", { withdrawnAt: 1 }),
    scene()
      .image("ami-2", { proof: undefined })
      .failed("capacity", { purpose: "prove", image: "ami-2" })
      .failed("capacity", { purpose: "prove", image: "ami-2" }),
    scene().image("ami-1").wrote("ami-1", "candidate", hour),
    scene().build({ status: "succeeded", image: "ami-9", endedAt: Date.parse("2026-11-04T11:00:00Z") }),
    scene().image("ami-1", { made: false, unrecorded: [{ claim: "that its proof passed", record: "a" }] }),
    scene().usualStarts(200, 210, 220).image("ami-1").measured("ami-1", { start: 400, size: 36 }),
    scene({ policies: { slowStart: { maxHold: "2d" } } })
      .usualStarts(200, 210, 220)
      .image("ami-1")
      .measured("ami-1", { start: 400 }),
    scene().usualStarts(200).image("ami-1").measured("ami-1", { start: 225 }).holds("ami-1").notified([]),
    recovered,
    scene().pause(),
    scene().pause().notifyAll().resume(),
    ...fleetStories(),
    ...fastLaunchStories(),
    ...placeStories(),
  ];

  return stories.flatMap(({ world }) =>
    plan(world).flatMap((one) => (one.do === "announce" ? [one.notification] : [])),
  );
}

/** A fleet is to get `ami-2`. */
function fleetStories(): Scene[] {
  const behind = () => scene().published("ami-1").fleet("web").image("ami-2").holds("ami-2");
  const done = () => behind().fleets("rollout", "web", "ami-2", { ago: hour, status: "succeeded" });
  return [
    behind().fleets("neverRolled", "web"),
    behind().fleets("observe", "web", { obstacles: ["it has no launch template: give it one"] }),
    behind().fleets("rollout", "web", "ami-2", { ago: 7 * hour, detail: "PodEvictionFailure: 1 pod" }),
    behind().fleets("rollout", "web", "ami-2", { status: "failed", detail: "NodeCreationFailure" }),
    behind().revoke("ami-1"),
    behind().later(15 * day),
    behind()
      .fleets("unreadable", "web", "No group found")
      .fleets("sight", "web", "lost")
      .later(3 * hour),
    done().fleets("arrived", "web", "ami-2"),
    done().fleets("take", "web", "ami-1", 9),
  ];
}

/** EC2 cannot fast launch what stable has just taken without waiting any longer. */
function fastLaunchStories(): Scene[] {
  const fastLaunch = { before: "publication" as const, maxWait: "30m" };
  const taken = scene({ policies: { fastLaunch } }).image("ami-1", old).holds("ami-1", ["stable"]);
  taken
    .image("ami-2")
    .later(25 * hour)
    .holds("ami-2", ["stable"]);
  return [fastLaunched(taken, { "ami-2": { state: "enabling-failed", reason: "VpcLimitExceeded: 5 VPCs" } })];
}

/** A place takes an image, gets no copy, no Fast Launch, goes away and comes back. */
function placeStories(): Scene[] {
  const home = () => scene({ places: [ireland] }).published("ami-1");
  const [taken, failed, unprepared, away, back] = [home(), home(), home(), home(), home()];
  placed(taken, "ireland").copied("ami-1", "ami-c1").holds("ami-c1");
  placed(failed, "ireland").copied("ami-1", "ami-c1", { state: "failed", why: "the key is disabled" });
  placed(unprepared, "ireland")
    .copied("ami-1", "ami-c1")
    .fastLaunched({ "ami-c1": { state: "enabling-failed", reason: "VcpuLimitExceeded" } });
  placed(away, "ireland").away("AccessDenied: not authorized to perform sts:AssumeRole", hour);
  const since = back.world.now - 2 * hour;
  placed(back, "ireland").cameBack(since);
  back.world.notified.add(`place-away/ireland/${since}/1`);
  return [taken, failed, unprepared, away, back];
}

/** Fields whose values the service chooses. */
const own = ["kind", "purpose", "class", "channel", "holders", "state", "failure", "of"];

/** Notifications of every kind, with each text and each list as long as one that AWS, a person or a guest can write. */
export function extremeNotifications(): Notification[] {
  return everyNotification().map((notification) =>
    cloneDeepWith(notification, (value, key) => {
      if (typeof key === "string" && own.includes(key)) return value;
      if (Array.isArray(value)) return Array.from({ length: 300 }, () => extended(value[0] ?? "a line"));
      return typeof value === "string" ? extended(value) : undefined;
    }),
  );
}

function extended<T>(value: T): T | string {
  return typeof value === "string" ? `${value} ${"and so on ".repeat(60)}` : value;
}
