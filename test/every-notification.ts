import type { Notification } from "../functions/domain/notifications/due.ts";
import { day, hour, scene } from "./scene.ts";
import { attempt, fleetScene, observe, recorded, rolling, runs } from "./web-fleet.ts";

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
    recovered,
    scene().pause(),
    scene().pause().notifyAll().resume(),
    ...fleetStories(),
  ];

  return stories.flatMap((story) =>
    story.actions().flatMap((one) => (one.do === "announce" ? [one.notification] : [])),
  );
}

/** Of the fleet `web`: one waits for a person, is rolled, done, stuck, failed, refused, moved, behind and bad. */
function fleetStories() {
  const of = (change: (story: ReturnType<typeof fleetScene>) => void) => {
    const story = fleetScene();
    change(story);
    return story;
  };
  const given = (number: number) => ({
    template: "lt-1",
    named: `${number}`,
    number,
    made: [2],
    followedBy: undefined,
  });
  return [
    fleetScene(),
    of((story) => rolling(story, hour)),
    of((story) => {
      const { now } = story.world;
      recorded(story, "web", { attempts: [attempt(now - hour)], arrivals: [{ image: "ami-2", at: now }] });
      observe(story, "web", runs("ami-2", { template: given(2) }));
    }),
    of((story) => rolling(story, 7 * hour, { detail: "draining i-1" })),
    of((story) => rolling(story, hour, { status: "failed", detail: "PodEvictionFailure: Reached max retries" })),
    of((story) => observe(story, "web", runs("ami-1", { obstacles: ["it has no launch template: make a new group"] }))),
    of((story) => {
      recorded(story, "web", { attempts: [attempt(story.world.now - hour)] });
      observe(story, "web", runs("ami-1", { template: given(7) }));
    }),
    of((story) => story.later(15 * day)),
    of((story) => {
      observe(story, "web", runs("ami-2"));
      story.revoke("ami-2", "pods lose DNS").holds("ami-1");
    }),
  ];
}
