import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CallApi } from "../../cli/service/deployment.ts";
import { type Functions, startFunctions } from "../fuzz/functions.ts";
import { core, day, scene } from "../scene.ts";
import { callsOfHandler, cli, type Surroundings } from "./cli.ts";

const [older, newer] = ["ami-0a84d2f6c17be9035", "ami-0c5f1e0a9b3d27e41"];
let functions: Functions;
let call: CallApi;
let called: string[];

/** Two images, of which the channels hold the newer one. */
function story() {
  const told = scene({}, new Date().toISOString()).published(older).published(newer);
  const then = told.world.now - 3 * day;
  return told.change(older, { createdAt: then, provedAt: then });
}

beforeAll(async () => {
  functions = await startFunctions(story().world);
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
  const api = callsOfHandler(await functions.load("api"));
  call = async (method, path, body) => {
    const { dryRun } = (body ?? {}) as { dryRun?: boolean };
    called.push(`${method} ${path}${dryRun ? " (dry run)" : ""}`);
    return api(method, path, body);
  };
});

afterAll(() => functions?.endpoint.stop());

beforeEach(() => {
  functions.reset();
  called = [];
});

const run = (args: string[], surroundings: Surroundings = {}) => cli(args, { call, ...surroundings });
const tagsOf = (image: string) => functions.account.images.get(image)?.Tags?.map(({ Key }) => Key) ?? [];
const revoked = "eks-windows-images:revoked";
const records = () => [...functions.account.objects.keys()].filter((key) => key.startsWith("records/"));

describe("a change", () => {
  const rollback = ["rollback", core, "--reason", "breaks networking"];

  test("is shown, asked about with the deployment's name, and done", async () => {
    const { exitCode, stdout, asked } = await run(rollback, { isTerminal: true, answers: [true] });

    expect(exitCode).toBe(0);
    expect(asked).toEqual([`Roll back stable of ${core} (production in us-east-1)?`]);
    expect(stdout).toMatch(/stable of windows-2022-core-1\.35 goes back from ami-0c5f1e0a9b3d27e41\s/);
    expect(stdout).toContain("It would write:\n  the tag eks-windows-images:revoked of ami-0c5f1e0a9b3d27e41:");
    expect(stdout).toContain(`  the record\n  revocations/${newer}/`);
    expect(stdout).toContain(`Then the plan would be:\n`);
    expect(stdout).toMatch(/Done in production in us-east-1\.\n$/);
    expect(called).toEqual(["POST /rollback (dry run)", "POST /rollback"]);
    expect(tagsOf(newer)).toContain(revoked);
  });

  test("is not done if the person says no", async () => {
    const { exitCode, stdout } = await run(rollback, { isTerminal: true, answers: [false] });

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/Nothing was changed\.\n$/);
    expect(called).toEqual(["POST /rollback (dry run)"]);
    expect(tagsOf(newer)).not.toContain(revoked);
  });

  test("is shown and refused where nobody can be asked", async () => {
    const { exitCode, stdout, stderr } = await run(rollback);

    expect(exitCode).toBe(4);
    expect(stdout).toContain("It would write:");
    expect(stderr).toContain("nobody can be asked here, so nothing was changed\n  → --yes does it without a question");
    expect(called).toEqual(["POST /rollback (dry run)"]);
  });

  test("is done with --yes without a question", async () => {
    const { exitCode, asked } = await run([...rollback, "--yes"]);

    expect({ exitCode, asked }).toEqual({ exitCode: 0, asked: [] });
    expect(tagsOf(newer)).toContain(revoked);
  });

  test("is only shown with --dry-run", async () => {
    const { exitCode, stdout } = await run([...rollback, "--dry-run", "--yes"]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain("It would write:");
    expect(called).toEqual(["POST /rollback (dry run)"]);
  });

  test("asks for the reason, and needs one where nobody can be asked", async () => {
    const asking = await run(["revoke", older], { isTerminal: true, answers: ["too old", true] });
    expect(asking.asked).toEqual([
      "Why? The records and subscribers get this reason:",
      expect.stringContaining("Revoke"),
    ]);
    expect(asking.exitCode).toBe(0);

    expect(await run(["revoke", newer, "--yes"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--reason is missing"),
    });
    expect(await run(["revoke", newer, "--dry-run"])).toMatchObject({ exitCode: 2 });
    called = [];
    expect(await run(["revoke", newer])).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("→ --reason") });
    expect(called).toEqual([]);
    expect(await run(["revoke", newer, "--yes", "--reason", " "])).toMatchObject({ exitCode: 2 });
  });

  test("that changes nothing asks nothing", async () => {
    await run(["pause", core, "--reason", "nodes crash", "--yes"]);
    called = [];
    const { exitCode, stdout, asked } = await run(["pause", core, "--reason", "again"], { isTerminal: true });

    expect({ exitCode, asked }).toEqual({ exitCode: 0, asked: [] });
    expect(stdout).toMatch(/^already: windows-2022-core-1\.35 is paused/);
    expect(called).toEqual(["POST /pause (dry run)"]);
  });

  test("that the service refuses says why and what would be allowed", async () => {
    const { exitCode, stderr, stdout } = await run(["revoke", "ami-0123456789abcdef0", "--reason", "why", "--yes"]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^refused: ami-0123456789abcdef0 is not an image of this service\n {2}→ allowed: \{"image"/);
  });

  test("shows what came from tags without what controls the terminal, also in the preview of --json", async () => {
    const hostile: CallApi = async () => ({
      status: 200,
      answer: {
        dryRun: true,
        image: newer,
        tags: { write: { reason: "a\u001b[2Jb" }, remove: ["\u009b"] },
        records: [],
      },
    });
    const { stdout, stderr } = await run([...rollback, "--json"], { call: hostile });
    expect(stderr).toContain("a [2Jb");
    expect(stdout + stderr).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test("prints one JSON document with --json: what was done, what would be done, or why not", async () => {
    const json = async (args: string[], surroundings: Surroundings = {}) => {
      const { stdout } = await run([...args, "--json"], surroundings);
      return JSON.parse(stdout);
    };

    expect(await json(rollback)).toMatchObject({ error: expect.stringContaining("nobody can be asked") });
    expect(await json(rollback, { isTerminal: true, answers: [false] })).toMatchObject({
      dryRun: true,
      declined: true,
    });
    expect(await json([...rollback, "--dry-run"])).toMatchObject({ dryRun: true, image: newer });
    expect(await json([...rollback, "--yes"])).toMatchObject({ dryRun: false, image: newer });
    expect(await json(["revoke", "ami-0123456789abcdef0", "--reason", "why"])).toMatchObject({
      error: expect.stringContaining("is not an image"),
      status: 404,
      allowed: { image: expect.anything() },
    });
  });
});

test("a rollback never revokes what the channel received between question and answer", async () => {
  const meanwhile: CallApi = async (method, path, body) => {
    const { dryRun, image } = body as { dryRun?: boolean; image?: string };
    if (!dryRun) expect(image).toBe(newer);
    const reply = await call(method, path, body);
    const parameter = [...functions.account.parameters.values()].find(({ Name }) => Name?.endsWith("/stable"));
    if (dryRun && parameter) parameter.Value = older;
    return reply;
  };
  const { exitCode, stderr } = await cli(["rollback", core, "--reason", "bad", "--yes"], { call: meanwhile });

  expect(exitCode).toBe(1);
  expect(stderr).toContain(`refused: stable of ${core} holds ${older}, not ${newer}`);
  expect(tagsOf(older)).not.toContain(revoked);
});

describe("each command does what its call does", () => {
  const why = ["--reason", "because", "--yes"];

  test("revoke and unrevoke", async () => {
    await run(["revoke", older, ...why]);
    expect(tagsOf(older)).toContain(revoked);
    expect((await run(["unrevoke", older, ...why])).exitCode).toBe(0);
    expect(tagsOf(older)).not.toContain(revoked);
  });

  test("approve, which no image needs here", async () => {
    const { exitCode, stderr } = await run(["approve", newer, ...why]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("no image needs an approval (policies.approval is none)");
  });

  test("rebuild, once for each key", async () => {
    const { exitCode, stdout } = await run(["rebuild", core, "--key", "week-45", ...why]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${core}: build an image`);
    const requests = () => [...functions.account.parameters.keys()].filter((name) => name.includes("/requests/"));
    expect(requests()).toEqual([expect.stringContaining(core)]);

    called = [];
    await run(["rebuild", core, "--key", "week-45", ...why]);
    expect(called).toEqual(["POST /rebuild (dry run)"]);
  });

  test("pause and resume, of a variant or of everything", async () => {
    for (const [scope, key] of [
      [core, core],
      ["--all", "_everything"],
      ["*", "_everything"],
    ] as const) {
      await run(["pause", scope, ...why]);
      expect(records()).toContain(`records/pauses/${key}`);
      expect((await run(["resume", scope, ...why])).exitCode).toBe(0);
      expect(records()).not.toContain(`records/pauses/${key}`);
    }
    expect((await run(["pause", ...why])).exitCode).toBe(2);
    expect((await run(["pause", core, "--all", ...why])).exitCode).toBe(2);
  });
});
