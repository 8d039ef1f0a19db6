import { afterAll, beforeAll, expect, test } from "vitest";
import { type Functions, startFunctions } from "../fuzz/functions.ts";
import { scene } from "../scene.ts";
import { callsOf, cli } from "./cli.ts";

const [older, newer] = ["ami-0a84d2f6c17be9035", "ami-0c5f1e0a9b3d27e41"];
const window = { days: ["Tue" as const], from: "22:00", to: "04:00", timeZone: "UTC" };
const story = scene().published(older).fleet("web", { window }).published(newer);
let functions: Functions;
const run = async (...args: string[]) => cli([...args, "--reason", "because"], { call: await callsOf(story.world) });
const records = () => [...functions.account.objects.keys()].filter((key) => key.startsWith("records/"));

beforeAll(async () => {
  functions = await startFunctions(story.world);
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

afterAll(() => functions?.endpoint.stop());

test("status shows what a fleet waits for, and how many of its nodes are behind", async () => {
  const { stdout } = await cli(["status"], { call: await callsOf(story.world) });

  expect(stdout).toMatch(/^web {2,}stable {2,}ami-0c5f1e0a9b3d27e41 {2,}3 of 3 behind {2,}wait$/m);
  expect(stdout).toContain("\n  outside the window Tue 22:00 to 04:00 UTC\n");
});

test("rollout orders what the channel holds now, and nothing that it receives meanwhile", async () => {
  const { exitCode, stdout } = await run("rollout", "web", "--yes");

  expect(exitCode).toBe(0);
  expect(stdout).toContain(`web gets ${newer}; the next reconcile run begins:`);
  expect(records().filter((key) => key.includes("web"))).toHaveLength(1);
  expect((await run("rollout", "web", "--image", older, "--yes")).stderr).toContain(`holds ${newer}, not ${older}`);
});

test("hold and release write and end a hold", async () => {
  expect((await run("hold", "web", "--yes")).exitCode).toBe(0);
  expect(records().some((key) => key.startsWith("records/holds/"))).toBe(true);
  expect((await run("release", "web", "--yes")).exitCode).toBe(0);
  expect(records().some((key) => key.startsWith("records/holds/"))).toBe(false);
});

test("an unknown fleet is refused with those that exist", async () => {
  const { exitCode, stderr } = await run("hold", "wob", "--yes");
  expect(exitCode).toBe(1);
  expect(stderr).toContain('refused: there is no fleet "wob"\n  → allowed: {"fleet":["web"]}');
});
