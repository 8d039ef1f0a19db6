import { bigWorld } from "../big-world.ts";
import { core, day, full, hour, minute, type Scene, scene, two } from "../scene.ts";
import type { OpenWorld } from "../world.ts";

/** Text that would be more than text if a page forgot to escape it. Whatever it runs sets `window.hacked`. */
export const hostile =
  "</style></title></textarea><script>window.hacked=1</script><img src=x onerror=window.hacked=1>\" onmouseover='window.hacked=1' &lt;b&gt; \u202egnirts\u0000";

/** Worlds as a page may have to show them, by name. */
export const scenes: Readonly<Record<string, () => OpenWorld>> = {
  empty: () => scene(two).world,
  fresh: () => fresh().world,
  building: () =>
    fresh()
      .baseAmi("ami-00000000000000002")
      .build({ startedAt: noon - 40 * minute, phase: "BUILD", log }).world,
  failed: () => failed().world,
  soaking: () => soaking().world,
  slow: () => slow().world,
  revoked: () => fresh().revoke("ami-0000000000000000b", "pods lose DNS").world,
  paused: () => fresh().pause(core).pause("*", "a freeze until Monday").world,
  forged: () => forged().world,
  fleets: () => fleets().world,
  hostile: () => attacked().world,
  hundred: () => bigWorld(100),
};

const noon = Date.parse("2026-11-04T12:00:00Z");
const log = "https://console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/builds";

/** Two variants whose images of the last months were published one after the other. */
function fresh(): Scene {
  const story = scene(two);
  for (const variant of [core, full]) {
    const end = variant === core ? "a" : "c";
    const newest = variant === core ? "b" : "d";
    const before = { variant, createdAt: noon - 50 * day, provedAt: noon - 50 * day };
    const reasons = "patchTuesday 2026-08-11 → 2026-09-08";
    story.image(`ami-0000000000000000${end}`, { ...before, reasons }, { patchTuesday: "2026-09-08" });
    story.holds(`ami-0000000000000000${end}`, undefined, variant);
    story.change(`ami-0000000000000000${end}`, { published: writes(noon - 50 * day) });
    story.published(`ami-0000000000000000${newest}`, {}, variant);
    story.change(`ami-0000000000000000${newest}`, {
      createdAt: noon - 21 * day,
      provedAt: noon - 21 * day,
      reasons: "patchTuesday 2026-09-08 → 2026-10-13\nkubernetes 1.35.6 → 1.35.7",
      published: writes(noon - 21 * day, `ami-0000000000000000${end}`),
    });
    story.changeChannels({ writtenAt: noon - 20 * day }, undefined, variant);
  }
  return story.notifyAll();
}

function writes(at: number, previous?: string) {
  return { candidate: { at, previous }, stable: { at: at + day, previous } };
}

function failed(): Scene {
  const failure = {
    class: "updates" as const,
    cause: "Windows Update answers 0x8024402c",
    lines: ["searching for updates", "WU_E_PT_WINHTTP_NAME_NOT_RESOLVED", "step 20-updates failed"],
  };
  return fresh().baseAmi("ami-00000000000000002").later(hour).failed("updates", { failure, log });
}

function soaking(): Scene {
  const story = fresh().kubernetes("1.35.8");
  const made = { createdAt: noon - 20 * hour, provedAt: noon - 18 * hour, reasons: "kubernetes 1.35.7 → 1.35.8" };
  return story.image("ami-00000000000000099", made).holds("ami-00000000000000099", ["candidate"]);
}

/** Builds have measured the images, and both channels wait for the newest one. */
function slow(): Scene {
  const story = scene({ ...two, policies: { slowStart: { maxHold: "3d" } } });
  story.usualStarts(195, 212, 208).published("ami-0000000000000000d", {}, full).kubernetes("1.35.8");
  const made = { createdAt: noon - 20 * hour, provedAt: noon - 18 * hour, reasons: "kubernetes 1.35.7 → 1.35.8" };
  return story.image("ami-00000000000000099", made).measured("ami-00000000000000099", { start: 431, size: 34.5 });
}

function forged(): Scene {
  const unrecorded = [{ claim: "that its proof passed", record: "proofs/x" }];
  return fresh().image("ami-00000000000000bad", { made: false, origin: undefined, unrecorded, createdAt: noon - hour });
}

function fleets(): Scene {
  const story = soaking();
  const stable = "ami-0000000000000000b";
  const older = "ami-0000000000000000a";
  story.fleet("web-staging", { channel: "candidate" }).fleet("web").fleet("batch", { mode: "watch" });
  story.fleet("pool", { kind: "karpenter", variant: full, mode: "watch", parameter: "channel" });
  story.fleet("api").fleet("gateway").fleet("unseen");
  for (const fleet of ["web", "api"]) story.fleets("runs", fleet, older, [1, 2]).fleets("starts", fleet, older);
  story.fleets("rollout", "web", stable, { ago: 20 * minute, detail: "2 of 3 nodes" });
  story.fleets("hold", "gateway", "Black Friday");
  story.fleets("unreadable", "unseen", "AccessDeniedException: not authorized");
  return story.fleets("rollout", "web-staging", "ami-00000000000000099", { ago: 9 * hour });
}

/** Everything that others can write says something hostile. */
function attacked(): Scene {
  const story = failed();
  const by = `arn:aws:iam::123456789012:user/${hostile}`;
  story.world.pauses["*"] = { by, at: noon, reason: hostile };
  story.change("ami-0000000000000000a", {
    revoked: { reason: hostile, by, at: noon },
    reasons: hostile,
    state: hostile,
  });
  story.change("ami-0000000000000000b", { approved: { reason: hostile, by, at: noon }, reasons: hostile });
  story.image(`ami-"><script>window.hacked=1</script>`, {
    made: false,
    origin: undefined,
    unrecorded: [{ claim: hostile, record: hostile }],
  });
  story.world.images.push({ ...(story.world.images[0] as Scene["world"]["images"][0]), id: "ami-x", variant: hostile });
  story.failed("unknown", {
    failure: { class: "unknown", cause: hostile, lines: [hostile, hostile] },
    log: "javascript:window.hacked=1",
  });
  story.left({ id: hostile, variant: hostile });
  story.fleet("web").fleets("unreadable", "web", hostile);
  story.fleet("api").fleets("rollout", "api", "ami-0000000000000000a", { detail: hostile });
  return story.changeUpstream({ kubernetes: { state: "unknown", why: hostile } });
}
