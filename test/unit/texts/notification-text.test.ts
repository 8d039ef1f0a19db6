import { describe, expect, test } from "vitest";
import type { Notification } from "../../../functions/domain/notifications/due.ts";
import { plan } from "../../../functions/domain/plan.ts";
import { textOf } from "../../../functions/texts/notification-text.ts";
import { everyNotification, extremeNotifications, rolledBack } from "../../every-notification.ts";
import { core, hour, type Scene, scene } from "../../scene.ts";
import { fleetScene, observe, recorded, rolling, runs, web } from "../../web-fleet.ts";

const stage = "production";

function mailOn(story: Scene, kind: Notification["kind"], inside?: string[]): string {
  const [notification] = story.notifications(kind);
  if (!notification) throw new Error(`no notification ${kind} is due`);
  return textOf(notification, { stage, inside }).text;
}

describe("the mail", () => {
  test("of a published image lists what changed, also inside the image", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2")
      .holds("ami-2", ["stable"])
      .notified([]);
    const [notification] = story.notifications("published").filter(({ image }) => image === "ami-2");

    const message = textOf(notification as Notification, { stage, inside: ["containerd 1.7.25 → 1.7.27"] });

    expect(message.subject).toBe(`[eks-windows-images] ami-2 published to stable (${core})`);
    expect(message.text).toMatchInlineSnapshot(`
      "windows-2022-core-1.35: ami-2 published to stable. You need not act.
      Since 2026-11-04T11:00:00.002Z

      Changed  since ami-1: kubernetes 1.35.6 → 1.35.7
      Nodes    New ones of the channel start it from now on. Karpenter also replaces the running ones.
      Changed inside:
        containerd 1.7.25 → 1.7.27

      To undo this:
        npm run cli -- rollback windows-2022-core-1.35 --channel stable --image ami-2 --reason "…"
        POST /rollback {"variant": "windows-2022-core-1.35", "channel": "stable", "image": "ami-2", "reason": "…"}"
    `);
  });

  test("of a published image without reports says nothing about its inside", () => {
    const story = scene().published("ami-1").notified([]);
    expect(mailOn(story, "published")).not.toContain("inside");
    expect(mailOn(story, "published", [])).toContain("nothing that is reported");
  });

  test("of many differences lists the first and counts the others", () => {
    const text = mailOn(scene().published("ami-1").notified([]), "published", Array(50).fill("Custom step a added"));
    expect(text).toContain("  and 46 more: npm run cli -- diff ami-1");
  });

  test("of a rollback says why, and how to undo it", () => {
    const text = mailOn(rolledBack().holds("ami-1").notified([]), "rolled-back");
    expect(text).toContain("Why      ami-2 is revoked: pods lose DNS\n");
    expect(text).toContain("went back to ami-1. Act if nodes run ami-2.");
    expect(text).toContain('POST /unrevoke {"image": "ami-2"');
  });

  test("of a revoked image names reason, caller and the channels that hold it", () => {
    const text = mailOn(rolledBack(), "revoked");
    expect(text).toMatchInlineSnapshot(`
      "windows-2022-core-1.35: ami-2 is revoked. Act if nodes run it: they stay until they are replaced.
      Since 2026-11-04T12:00:00.000Z

      Why    pods lose DNS
      By     arn:aws:iam::123456789012:user/ann
      Held   By candidate and stable, until the newest publishable image replaces it there.
      Image  It is deprecated. Anyone who has its ID can still start it.
      Fleets that the service rolls go back by themselves.

      Its inputs are not built again until one changes, or you ask for it:
        npm run cli -- rebuild windows-2022-core-1.35 --reason "…"
        POST /rebuild {"variant": "windows-2022-core-1.35", "reason": "…"}
      To undo this:
        npm run cli -- unrevoke ami-2 --reason "…"
        POST /unrevoke {"image": "ami-2", "reason": "…"}"
    `);
  });

  test("of a revoked image that no record names says that the service leaves it as it is", () => {
    const story = scene().published("ami-1").image("ami-2", { origin: undefined, made: false }).revoke("ami-2");
    expect(mailOn(story, "revoked")).toContain("stays as it is, because no record says that this service made it");
    expect(mailOn(story.change("ami-2", { origin: "adoption" }), "revoked")).toContain("Image  It is deprecated.");
  });

  test("of a revoked image of a removed variant says that its channels stay, and what to do about them", () => {
    const story = rolledBack();
    story.world.configuration.variants = [];

    const texts = story
      .actions()
      .flatMap((one) => (one.do === "announce" ? [textOf(one.notification, { stage }).text] : []));

    expect(texts[0]).toContain("That stays so, because the variant was removed.");
    expect(texts[1]).toContain("Move all nodes off the channel, then delete its parameter");
    expect(texts.join()).not.toContain("/rebuild");
  });

  test("of a failed build contains class, cause, last lines, log and the next step", () => {
    const story = scene()
      .published("ami-1")
      .kubernetes("1.35.8")
      .image("ami-2", { proof: "failed" })
      .failed("proof", {
        image: "ami-2",
        log: "https://logs.example.com/1",
        failure: {
          class: "proof",
          cause: "kubelet does not start",
          lines: ["Checking kubelet", "EKSWIN-FAILED proof"],
        },
      });
    const [notification] = story.notifications("failed");
    expect(textOf(notification as Notification, { stage }).subject).toContain("build failed (proof)");
    expect(textOf(notification as Notification, { stage }).text).toMatchInlineSnapshot(`
      "windows-2022-core-1.35: build failed (proof). Act: the same inputs will most likely fail again.
      Since 2026-11-04T12:00:00.000Z

      Cause  kubelet does not start
      Log    https://logs.example.com/1
      Next   The next attempt waits until 2026-11-04T12:15:00.000Z: kubernetes 1.35.7 → 1.35.8; the build
             of these inputs failed (proof).
      Image  ami-2 is not published. Published images stay as they are.
      The last lines of the failed step:
        Checking kubelet
        EKSWIN-FAILED proof

      To read the log:
        npm run cli -- logs windows-2022-core-1.35 --last"
    `);
  });

  test("of a failed harvest calls it a harvest", () => {
    const story = scene().failed("provision", { purpose: "harvest" });
    expect(mailOn(story, "failed")).toContain("harvest failed (provision)");
  });

  test("of a stranded channel names the end of the wait", () => {
    const story = scene().published("ami-1").image("ami-2").holds("ami-2", ["candidate"]).revoke("ami-1");
    const text = mailOn(story, "stranded");
    expect(text).toContain("ami-2 soaks");
    expect(text).toContain("Until  2026-11-05T11:00:00.000Z, when the first of these passes:\n  ami-2 soaks");
  });

  test("of a rejected write names what the channel still holds", () => {
    const story = scene()
      .published("ami-1")
      .image("ami-2")
      .wrote("ami-2", "candidate", hour / 2);
    expect(mailOn(story, "write-rejected")).toContain("still holds ami-1");
  });
});

describe("the mail about a pause", () => {
  test("says why, who, what stops and what does not, and how to end it", () => {
    expect(mailOn(scene().pause(), "paused")).toMatchInlineSnapshot(`
      "windows-2022-core-1.35: paused. Act once the reason is gone: resume it.
      Since 2026-11-04T12:00:00.000Z

      Why    nodes crash
      By     arn:aws:iam::123456789012:user/ann
      Until somebody resumes it, nothing is built, proved, harvested, published, retired or swept.
      Running builds go on. A channel still leaves an image that is revoked, disabled or gone.

      To end this:
        npm run cli -- resume windows-2022-core-1.35 --reason "…"
        POST /resume {"variant": "windows-2022-core-1.35", "reason": "…"}"
    `);
  });

  test("of everything is about everything, and shows how to end that", () => {
    const [notification] = plan(scene().pause("*").world).flatMap((one) =>
      one.do === "announce" ? [one.notification] : [],
    );
    const { subject, text } = textOf(notification as Notification, { stage });

    expect(subject).toBe("[eks-windows-images] paused (everything)");
    expect(text).toContain('POST /resume {"variant": "*"');
  });
});

describe("the mail about a fleet", () => {
  const { mode, window, ...watched } = web;

  function revokedOn(story: Scene) {
    observe(story, "web", runs("ami-2"));
    return story.revoke("ami-2", "pods lose DNS");
  }

  test("that gets an image says which, from which, and how to stop it", () => {
    const story = fleetScene();
    rolling(story, hour);

    expect(mailOn(story, "rollout-begun")).toMatchInlineSnapshot(`
      "windows-2022-core-1.35: web gets ami-2. You need not act.
      Since 2026-11-04T11:00:00.000Z

      Before  ami-1
      Nodes   3 run another image. New ones start ami-2 from now on.
      You get a notification when all nodes run it, and if that takes too long.

      To keep later images from the fleet:
        npm run cli -- hold web --reason "…"
        POST /hold {"fleet": "web", "reason": "…"}
      If the image is to blame; its channels and the fleet go back then:
        npm run cli -- revoke ami-2 --reason "…"
        POST /revoke {"image": "ami-2", "reason": "…"}"
    `);
  });

  test("whose rollout has failed quotes AWS and says how to try again", () => {
    const story = fleetScene();
    rolling(story, hour, { status: "failed", detail: "PodEvictionFailure: Reached max retries" });

    const text = mailOn(story, "rollout-failed");
    expect(text).toContain("Why     it failed: PodEvictionFailure: Reached max retries");
    expect(text).toContain('To try again:\n  npm run cli -- rollout web --reason "…"\n  POST /rollout {"fleet": "web"');
  });

  test("that waits says for what, until when, and how to begin at once", () => {
    const story = fleetScene({ ...web, window: { days: ["Thu"], from: "22:00", to: "04:00", timeZone: "UTC" } });
    const first = { at: 1, image: "ami-1", from: "none", versions: undefined };
    recorded(story, "web", { attempts: [first] });

    const text = mailOn(story, "rollout-waits");
    expect(text).toContain("  outside the window");
    expect(text).toContain("the last of these passes at 2026-11-05T22:00:00.000Z:");
    expect(text).toContain('POST /rollout {"fleet": "web"');
  });

  test("that runs a revoked image says what it gets instead", () => {
    const story = fleetScene();
    rolling(story, 24 * hour, { status: "succeeded" });
    const template = { template: "lt-1", named: "2", number: 2, made: [2], followedBy: undefined };
    observe(story, "web", runs("ami-2", { template }));
    const text = mailOn(story.revoke("ami-2", "pods lose DNS").holds("ami-1"), "fleet-revoked");

    expect(text).toContain(
      "  ami-2 is revoked: pods lose DNS\nWhat becomes of it:\n  its nodes are replaced by nodes that run ami-1",
    );
  });

  test("that runs a revoked image which its channel holds promises no other nodes", () => {
    const text = mailOn(revokedOn(fleetScene()), "fleet-revoked");

    expect(text).toContain("What becomes of it:");
    expect(text).not.toContain("nodes are replaced");
  });

  test("that is only watched and runs a revoked image promises nothing", () => {
    const text = mailOn(revokedOn(fleetScene(watched)).holds("ami-1"), "fleet-revoked");

    expect(text).toContain("the service only watches it");
    expect(text).not.toContain("What becomes of it");
  });

  test("that is behind says since when, what it runs not, and what becomes of it", () => {
    const text = mailOn(fleetScene().later(15 * 24 * hour), "fleet-behind");

    expect(text).toContain("web has been behind its channel since 2026-11-04");
    expect(text).toContain("Nodes   3 run another image\nWhat becomes of it:\n  its first rollout waits for a person");
  });
});

describe("while policies.publish is false", () => {
  const off = { policies: { publish: false } };

  test("the mail of a stranded channel says how to publish, not to build", () => {
    const story = scene(off).published("ami-1").image("ami-2").revoke("ami-1");

    expect(mailOn(story, "stranded")).toContain("Set policies.publish to true in config.ts");
    expect(mailOn(story, "stranded")).not.toContain("/rebuild");
  });

  test("the mail of a revoked image promises no replacement", () => {
    const story = scene(off).published("ami-1").image("ami-2").revoke("ami-1");

    expect(mailOn(story, "revoked")).toContain("as long as policies.publish is false in config.ts.");
  });
});

/** Every kind, so that the type checker asks for a new one. */
const kinds: Record<Notification["kind"], true> = {
  published: true,
  "rolled-back": true,
  "write-rejected": true,
  stranded: true,
  "approval-wanted": true,
  unrevoked: true,
  revoked: true,
  unproved: true,
  "image-missing": true,
  unrecorded: true,
  "slow-start": true,
  "image-grew": true,
  failed: true,
  "gave-up": true,
  recovered: true,
  silent: true,
  "base-missing": true,
  "harvest-missing": true,
  "kubernetes-missing": true,
  paused: true,
  resumed: true,
  "rollout-begun": true,
  "rollout-done": true,
  "rollout-waits": true,
  "rollout-refused": true,
  "fleet-moved": true,
  "rollout-stuck": true,
  "rollout-failed": true,
  "fleet-revoked": true,
  "fleet-behind": true,
  "fleet-unseen": true,
  "fast-launch-failed": true,
  "fast-launch-late": true,
  "place-published": true,
  "place-away": true,
  "place-back": true,
  "place-failed": true,
};

describe("the mail of every kind", () => {
  const all = everyNotification();

  test("has a subject that SNS accepts, and says first what happened and whether one must act", () => {
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(Object.keys(kinds)));
    for (const notification of all) {
      const { subject, text } = textOf(notification, { stage });
      expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
      expect(text).toMatch(/^[^\n]+: [^\n]+\. (Act|You need not act)[^\n]*\.\nSince \d{4}-\d\d-\d\dT[\d:.]+Z\n\n/);
      expect(text).not.toMatch(/undefined|\[object/);
    }
  });

  test("names the stage in each command, except in production", () => {
    for (const notification of all) {
      const commands = textOf(notification, { stage: "next" }).text.match(/npm run cli -- .*/g) ?? [];
      for (const command of commands) expect(command).toMatch(/ --stage next$/);
      expect(textOf(notification, { stage }).text).not.toContain("--stage");
    }
  });

  const extreme = [...all, ...extremeNotifications()];

  test.each([undefined, [], ["containerd 1 → 2"], Array.from({ length: 300 }, () => "a change ".repeat(60))])(
    "has 15 lines at most, which fit 100 columns unless they are commands, links or names (inside: %#)",
    (inside) => {
      for (const notification of extreme) {
        const { text } = textOf(notification, { stage: "next", inside });
        const [, ...lines] = text.split("\n");
        expect(lines.length).toBeLessThan(15);
        const prose = lines.filter((line) => !/^ {2}(npm|POST)|: npm run|^Log|^Source|:$/.test(line));
        expect(prose.filter((line) => line.length > 100)).toEqual([]);
      }
    },
  );

  test("cuts nothing that is as long as usual", () => {
    for (const notification of all)
      expect(textOf(notification, { stage: "next" }).text.replaceAll('"…"', "")).not.toContain("…");
  });
});

describe("a command in a mail", () => {
  test("names what a person can repeat, and the call that does the same", () => {
    const story = scene()
      .published("ami-1", { kubernetes: "1.35.6" })
      .image("ami-2")
      .holds("ami-2", ["stable"])
      .notified([]);
    const [notification] = story.notifications("published").filter(({ image }) => image === "ami-2");
    expect(textOf(notification as Notification, { stage }).text).toContain(
      'npm run cli -- rollback windows-2022-core-1.35 --channel stable --image ami-2 --reason "…"\n  POST /rollback {',
    );
  });

  test("quotes names that a shell would run", () => {
    const [notification] = plan(scene().pause("*").world).flatMap((one) =>
      one.do === "announce" ? [one.notification] : [],
    );
    const hostile = { ...(notification as Notification), variant: "a; rm -rf /" };
    expect(textOf(hostile, { stage }).text).toContain("npm run cli -- resume 'a; rm -rf /' --reason");
    expect(textOf(notification as Notification, { stage }).text).toContain("npm run cli -- resume '*' --reason");
  });
});
