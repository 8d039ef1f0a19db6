import { describe, expect, test } from "vitest";
import type { statusOf } from "../../functions/api/status.ts";
import { fastLaunched } from "../fast-launched.ts";
import { core, hour, minute, type Scene, scene, two } from "../scene.ts";
import { pagesOf } from "../status-pages.ts";
import { callsOf, cli, widest } from "./cli.ts";

const [first, second] = ["ami-0a84d2f6c17be9035", "ami-0c5f1e0a9b3d27e41"];

/** A build runs, the newest image soaks, and a fleet is behind. */
function busy() {
  const story = scene(two)
    .published(first)
    .baseAmi("ami-07d1e94b52c3a86f0")
    .published("ami-0ffffffffffffffff", {}, "windows-2022-full-1.35")
    .fleet("web")
    .later(2 * hour);
  const { now } = story.world;
  story.image(second, { createdAt: now - hour, provedAt: now - hour / 2 }).holds(second, ["candidate"]);
  return story
    .baseAmi("ami-07d1e94b52c3a86f1")
    .later(hour)
    .build({ status: "running", phase: "BUILD" })
    .later(12 * minute);
}

const look = async (story: Scene, ...args: string[]) => cli(args, { call: await callsOf(story.world) });

describe("status", () => {
  test("shows channels, builds and fleets, what is wanted and what is next", async () => {
    const { exitCode, stdout, stderr } = await look(busy(), "status");

    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatchInlineSnapshot(`
      "production in us-east-1 at 2026-11-04 15:12 UTC

      VARIANT                 CHANNEL    IMAGE                  HELD  STATE
      windows-2022-core-1.35  candidate  ami-0c5f1e0a9b3d27e41  2h    building (BUILD)
                              stable     ami-0a84d2f6c17be9035  4h    waits
        wanted: baseAmi ami-07d1e94b52c3a86f0 → ami-07d1e94b52c3a86f1
        runs since 12m: project:build-1
        stable holds ami-0a84d2f6c17be9035 until 2026-11-05 13:30 UTC:
        ami-0c5f1e0a9b3d27e41 soaks
      windows-2022-full-1.35  candidate  ami-0ffffffffffffffff  4h    fresh
                              stable     ami-0ffffffffffffffff  4h

      FLEET  CHANNEL  IMAGE                  NODES    STATE
      web    stable   ami-0a84d2f6c17be9035  3 nodes  current
      "
    `);
  });

  test("needs 80 columns, and more only for what must not be broken", async () => {
    const name = "windows-2022-core-with-a-name-that-is-as-long-as-one-may-be-63";
    const story = scene({ variants: [{ name, windows: 2022, kubernetes: "1.35" }] }).published(first, {}, name);
    const { stdout } = await look(story, "status");

    expect(widest((await look(busy(), "status")).stdout)).toBeLessThanOrEqual(80);
    expect(stdout).toContain(name);
    expect(stdout).toContain(first);
  });

  test("says how long what channels hold takes to start and how large it is, and waits for a slow image", async () => {
    const story = scene({ policies: { slowStart: { maxHold: "3d" } } })
      .usualStarts(195, 212)
      .published(first);
    story.measured(first, { start: 208, size: 31.2 }).image(second).measured(second, { start: 431, size: 34.5 });
    const [status, explain, plan] = await Promise.all([
      look(story, "status"),
      look(story, "explain", core),
      look(story, "plan"),
    ]);

    expect(status.stdout).toContain("  candidate, stable: starts in 3 m 28 s, 31.2 GiB on disk\n");
    expect(explain.stdout).toMatchInlineSnapshot(`
      "windows-2022-core-1.35: fresh
      ├─ inputs: as the newest image has them
      │  ├─ baseAmi ami-00000000000000001
      │  ├─ kubernetes 1.35.7
      │  ├─ patchTuesday 2026-10-13
      │  ├─ recipe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      │  └─ settings a73698906822cdd5301ca25274b940e0aeefdaae719aac01082ccf5ad0992337
      ├─ build: none is needed
      │  └─ ami-0c5f1e0a9b3d27e41 is up to date
      ├─ candidate: ami-0a84d2f6c17be9035 since 2026-11-04 11:00 UTC
      │  ├─ starts in 3 m 28 s, 31.2 GiB on disk
      │  └─ candidate holds ami-0a84d2f6c17be9035 until 2026-11-07 11:00 UTC:
      │     ami-0c5f1e0a9b3d27e41 starts in 7 m 11 s, 2.1 times the usual 3 m 28 s
      ├─ stable: ami-0a84d2f6c17be9035 since 2026-11-04 11:00 UTC
      │  ├─ starts in 3 m 28 s, 31.2 GiB on disk
      │  └─ stable holds ami-0a84d2f6c17be9035 until 2026-11-07 11:00 UTC:
      │     ami-0c5f1e0a9b3d27e41 starts in 7 m 11 s, 2.1 times the usual 3 m 28 s;
      │     ami-0c5f1e0a9b3d27e41 soaks
      └─ 4 images
         ├─ ami-0c5f1e0a9b3d27e41 of 2026-11-04 10:00 UTC: publishable
         │  ├─ starts in 7 m 11 s, 2.1 times the usual 3 m 28 s
         │  └─ 34.5 GiB on disk
         ├─ ami-0a84d2f6c17be9035 of 2026-11-02 12:00 UTC: publishable
         │  └─ starts in 3 m 28 s, 31.2 GiB on disk
         ├─ ami-usual-2 of 2026-10-08 12:00 UTC: publishable
         │  └─ starts in 3 m 32 s, 30.0 GiB on disk
         └─ ami-usual-1 of 2026-10-07 12:00 UTC: publishable
            └─ starts in 3 m 15 s, 30.0 GiB on disk
      "
    `);
    expect(plan.stdout).toMatchInlineSnapshot(`
      "windows-2022-core-1.35: notify subscribers (slow-start/ami-0c5f1e0a9b3d27e41)
      windows-2022-core-1.35: notify subscribers (image-grew/ami-0c5f1e0a9b3d27e41)
      windows-2022-core-1.35: candidate waits until 2026-11-07 11:00 UTC
        ami-0c5f1e0a9b3d27e41 starts in 7 m 11 s, 2.1 times the usual 3 m 28 s
      windows-2022-core-1.35: stable waits until 2026-11-07 11:00 UTC
        ami-0c5f1e0a9b3d27e41 starts in 7 m 11 s, 2.1 times the usual 3 m 28 s
        ami-0c5f1e0a9b3d27e41 soaks
      windows-2022-core-1.35: no build is needed
        ami-0c5f1e0a9b3d27e41 is up to date
      "
    `);
    for (const { stdout } of [status, explain, plan]) expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  test("uses the width of a terminal", async () => {
    const call = await callsOf(busy().world);
    const { stdout } = await cli(["status"], { call, isTerminal: true, columns: 120 });

    expect(stdout).toContain(`until 2026-11-05 13:30 UTC: ${second} soaks\n`);
  });

  test("prints one JSON document, which is the service's answer", async () => {
    const { exitCode, stdout, stderr } = await look(busy(), "status", "--json");

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const status: ReturnType<typeof statusOf> = JSON.parse(stdout);
    expect(status.variants.map(({ variant }) => variant)).toEqual([core, "windows-2022-full-1.35"]);
    expect(status).toMatchObject({ stage: "test", next: null, fleets: [{ fleet: "web" }] });
  });

  test("asks for all pages", async () => {
    const { world } = busy();
    const pages = pagesOf(world, { room: 1 });
    const asked: string[] = [];
    const call = async (_: string, path: string) => {
      asked.push(path);
      return { status: 200, answer: pages[asked.length - 1] };
    };
    const { stdout } = await cli(["status", "--json"], { call });

    expect(pages.length).toBe(2);
    expect(asked).toEqual(["/?images=none", pages[0]?.next]);
    expect(JSON.parse(stdout)).toMatchObject({
      variants: [{ variant: core }, {}],
      fleets: [{ fleet: "web" }],
      next: null,
    });
  });

  test("of one variant leaves the others out, and of an unknown one is refused with those that exist", async () => {
    expect((await look(busy(), "status", core)).stdout).not.toContain("windows-2022-full-1.35");

    const { exitCode, stderr } = await look(busy(), "status", "windows-95");
    expect(exitCode).toBe(1);
    expect(stderr).toContain('refused: there is no variant "windows-95"');
    expect(stderr).toContain(`→ allowed: {"variant":["${core}"`);
  });

  test("says who paused what, what is left behind, and what was removed", async () => {
    const story = busy().pause("*", "a bad base image").left();
    story.world.configuration.variants.pop();
    const { stdout } = await look(story, "status");

    expect(stdout).toMatch(/^Everything is paused since 2026-11-04 15:12 UTC by\narn:aws.*ann: a bad base image$/m);
    expect(stdout).toMatch(/^left behind: instance i-\d+ of windows-2022-core-1\.35 \(stays: /m);
    expect(stdout).toMatch(/^windows-2022-full-1\.35 was removed from config\.ts;$/m);
  });

  test("with --check exits with 3 once something needs a person, and not before", async () => {
    expect((await look(busy(), "status", "--check")).exitCode).toBe(0);

    const failing = scene().published(first).baseAmi("ami-2").failed("provision");
    const { exitCode, stdout } = await look(failing, "status", "--check");
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/failing\n/);
    expect(stdout).toContain("(provision): provision trouble");
    expect((await look(failing, "status")).exitCode).toBe(0);
  });

  test("with --check takes what is unknown for trouble, and a pause for none", async () => {
    const check = async (story: Scene) => (await look(story, "status", "--check")).exitCode;
    expect(await check(scene().published(first).silentAbout("baseAmi"))).toBe(3);
    expect(await check(scene().published(first).fleet("web").fleets("unreadable", "web", "no"))).toBe(3);
    expect(await check(scene().published(first).pause(core, "a holiday"))).toBe(0);
  });

  test("shows no character that controls the terminal, whoever wrote it", async () => {
    const story = scene().published(first).pause(core, "\u001b[2J\u009b1mall is well");

    for (const args of [["status"], ["status", "--json"]]) {
      const { stdout } = await look(story, ...args);
      expect(stdout).toContain("all is well");
      expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u);
    }
  });
});

describe("colours", () => {
  const isColored = async (environment: Record<string, string>, isTerminal = true, ...args: string[]) => {
    const call = await callsOf(busy().world);
    const { stdout } = await cli(["status", ...args], { call, isTerminal, environment });
    return stdout.includes("\u001b[");
  };

  test("are for terminals that want them", async () => {
    expect(await isColored({ NO_COLOR: "" })).toBe(true);
    expect(await isColored({ NO_COLOR: "1" })).toBe(false);
    expect(await isColored({ NO_COLOR: "", TERM: "dumb" })).toBe(false);
    expect(await isColored({ NO_COLOR: "" }, false)).toBe(false);
    expect(await isColored({ NO_COLOR: "" }, true, "--json")).toBe(false);
  });
});

describe("plan", () => {
  test("says what the next reconcile run would do, with reasons", async () => {
    expect((await look(busy(), "plan")).stdout).toMatchInlineSnapshot(`
      "windows-2022-core-1.35: stable waits until 2026-11-05 13:30 UTC
        ami-0c5f1e0a9b3d27e41 soaks
      windows-2022-core-1.35: the build waits
        build project:build-1 runs (BUILD)
      windows-2022-core-1.35: notify subscribers (rollout-begun/web/1793188800000)
      windows-2022-core-1.35: notify subscribers (rollout-done/web/1793188800000)
      windows-2022-full-1.35: no build is needed
        ami-0ffffffffffffffff is up to date
      "
    `);
  });

  test("prints the service's answer with --json", async () => {
    const { stdout } = await look(busy(), "plan", "--json");
    expect(JSON.parse(stdout).actions[0]).toMatchObject({ do: "wait", for: "stable", variant: core });
  });
});

describe("explain", () => {
  test("says where the Fast Launch of an image is, and why it failed", async () => {
    const story = scene({ policies: { fastLaunch: {} } }).published(first);
    fastLaunched(story, { [first]: { state: "enabling-failed", reason: "no capacity" } });

    expect((await look(story, "explain", core)).stdout).toMatch(
      /Fast Launch: enabling-failed since 2026-11-04 \d\d:\d\d UTC: no capacity\n/,
    );
  });

  test("says why a variant is built and not published yet", async () => {
    expect((await look(busy(), "explain", core)).stdout).toMatchInlineSnapshot(`
      "windows-2022-core-1.35: building (BUILD)
      ├─ inputs: behind for at least 1h
      │  ├─ baseAmi ami-07d1e94b52c3a86f0 → ami-07d1e94b52c3a86f1
      │  ├─ kubernetes 1.35.7
      │  ├─ patchTuesday 2026-10-13
      │  ├─ recipe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      │  └─ settings a73698906822cdd5301ca25274b940e0aeefdaae719aac01082ccf5ad0992337
      ├─ build: runs (BUILD) since 12m
      │  └─ project:build-1
      ├─ candidate: ami-0c5f1e0a9b3d27e41 since 2026-11-04 13:00 UTC
      ├─ stable: ami-0a84d2f6c17be9035 since 2026-11-04 11:00 UTC
      │  └─ stable holds ami-0a84d2f6c17be9035 until 2026-11-05 13:30 UTC:
      │     ami-0c5f1e0a9b3d27e41 soaks
      ├─ 2 images
      │  ├─ ami-0c5f1e0a9b3d27e41 of 2026-11-04 13:00 UTC: publishable
      │  └─ ami-0a84d2f6c17be9035 of 2026-11-02 12:00 UTC: publishable
      └─ fleets
         └─ web: current, 3 nodes
      "
    `);
  });

  test("says why a build failed, with its last lines", async () => {
    const story = scene().published(first).baseAmi("ami-2");
    story.failed("provision", { failure: { class: "provision", cause: "step 3", lines: ["one", "two"] } });
    const { stdout } = await look(story, "explain", core);

    expect(stdout).toMatch(/last failure: project:build-1 failed at .* \(provision\):/);
    expect(stdout).toContain("├─ one\n");
    expect(stdout).toContain("└─ two\n");
  });

  test("says why an image is not published: it waits for an approval, or is revoked", async () => {
    const story = scene({ policies: { approval: "manual" } })
      .published(first)
      .baseAmi("ami-2");
    story.image(second, { provedAt: story.world.now }).holds(second, ["candidate"]);
    expect((await look(story, "explain", core)).stdout).toContain("approv");

    story.revoke(second, "breaks networking");
    expect((await look(story, "explain", core)).stdout).toMatch(/is revoked/);
  });

  test("prints the status of the variant with --json", async () => {
    const { stdout } = await look(busy(), "explain", core, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      variants: [{ variant: core, images: [{ image: second }, { image: first }] }],
    });
  });
});
