import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CallApi, Deployment } from "../../cli/service/deployment.ts";
import { timelineOf } from "../../functions/api/timeline.ts";
import { core, hour, type Scene, scene, two } from "../scene.ts";
import { callsOf, cli } from "./cli.ts";

const id = "project:build-1";
const script = "Provisioning with powershell script: packer/scripts";
const running = () => scene().build({ status: "running", phase: "BUILD", log: "http://127.0.0.1:1/logs/3" });

/** What AWS answers about the build, in order; the last answer stays. */
interface Moment {
  build?: object;
  /** The error of either service. */
  error?: string;
  lines?: string[];
}

let server: Server;
let deployment: Partial<Deployment>;
let moments: Moment[];
let called: string[];

beforeEach(async () => {
  moments = [];
  called = [];
  let now: Moment | undefined;
  let token = 0;
  server = createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
    const input = JSON.parse(await text(request));
    called.push(operation);
    if (operation === "BatchGetBuilds") now = moments.length > 1 ? moments.shift() : moments[0];
    const lines = (operation === "GetLogEvents" && now?.lines?.splice(0)) || [];
    if (lines.length > 0) token += 1;
    const answers: Record<string, object> = {
      ListBuildsForProject: { ids: [id] },
      BatchGetBuilds: { builds: [{ id, startTime: 1, ...now?.build }] },
      GetLogEvents: { events: lines.map((message) => ({ message: `${message}\n` })), nextForwardToken: `f/${token}` },
    };
    response.writeHead(now?.error ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(now?.error ? { __type: now.error, message: "no" } : { ...answers[operation], input }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = async () => ({ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" });
  deployment = { aws: { region: "us-east-1", credentials, endpoint } };
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
});

afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const logs = { groupName: "/aws/codebuild/eks-windows-images-production-build", streamName: "stream" };
const inPhase = (currentPhase: string) => ({ currentPhase, buildStatus: "IN_PROGRESS", buildComplete: false, logs });
const ended = (buildStatus: string, exported: Record<string, string> = {}) => ({
  currentPhase: "COMPLETED",
  buildStatus,
  buildComplete: true,
  logs,
  phases: [{ phaseType: "BUILD", phaseStatus: buildStatus, durationInSeconds: 61 }],
  exportedEnvironmentVariables: Object.entries(exported).map(([name, value]) => ({ name, value })),
});

const follow = async (story: Scene, ...args: string[]) =>
  cli(["logs", "--every", "0", ...args], { call: await callsOf(story.world), deployment });

describe("logs", () => {
  test("follows the only running build: phases, steps and lines, until it has succeeded", async () => {
    moments = [
      { build: inPhase("PROVISIONING"), lines: [] },
      { build: inPhase("BUILD"), lines: ["one", `==> ${script}/10-files.ps1`] },
      { build: inPhase("BUILD"), lines: [`==> ${script}/20-updates.ps1`, "two \u001b[2J"] },
      { build: ended("SUCCEEDED", { IMAGE_ID: "ami-1" }), lines: ["three"] },
    ];
    const { exitCode, stdout } = await follow(running());

    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      [
        id,
        "phase PROVISIONING",
        "phase BUILD",
        "  one",
        "step 10-files",
        `  ==> ${script}/10-files.ps1`,
        "step 20-updates",
        `  ==> ${script}/20-updates.ps1`,
        "  two  [2J",
        "phase COMPLETED",
        "  three",
        "succeeded: ami-1",
        "",
      ].join("\n"),
    );
  });

  test("shows only the last lines of what was there before, with their step", async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
    moments = [{ build: ended("SUCCEEDED"), lines: [`${script}/10-files.ps1`, ...lines] }];
    const { stdout } = await follow(running());

    expect(stdout).toContain("step 10-files\n  line 11\n  line 12\n");
    expect(stdout).not.toContain("line 10\n");
  });

  test("exits with 1 if the build fails, and says why", async () => {
    moments = [{ build: ended("FAILED", { FAILURE_CLASS: "updates", FAILURE_CAUSE: "no\u001b[2J\nanswer" }) }];
    expect(await follow(running())).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/failed \(updates\): no \[2J answer\n$/),
    });
  });

  test("goes on after readings that failed, and ends after too many of them", async () => {
    const limited = () => ({ error: "ThrottlingException" });
    moments = [{ build: inPhase("BUILD"), lines: ["one"] }, limited(), { build: ended("SUCCEEDED"), lines: ["two"] }];
    const { exitCode, stdout, stderr } = await follow(running());
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining("  one\nphase COMPLETED\n  two\n"),
    });
    expect(stderr).toMatch(/^AWS limits the calls .*\(it is tried again\)\n$/);

    moments = [limited()];
    expect((await follow(running())).exitCode).toBe(1);
  });

  test("waits for the log of a build that is queued", async () => {
    moments = [{ build: { ...inPhase("QUEUED"), logs: undefined } }, { build: ended("SUCCEEDED"), lines: ["one"] }];
    expect((await follow(running())).stdout).toContain("  one\n");
  });

  test("prints one JSON document with --json", async () => {
    moments = [
      { build: inPhase("BUILD"), lines: ["one"] },
      { build: ended("SUCCEEDED"), lines: ["two"] },
    ];
    const { stdout } = await follow(running(), "--json");

    expect(JSON.parse(stdout)).toMatchObject({
      build: id,
      phases: [{ phase: "BUILD", status: "SUCCEEDED", seconds: 61 }],
      ended: { ok: true },
      lines: ["one", "two"],
    });
  });

  test("with --last shows the last build that has ended", async () => {
    const variables = [{ name: "VARIANT", value: core }];
    moments = [{ build: { ...ended("SUCCEEDED"), environment: { environmentVariables: variables } }, lines: ["one"] }];

    expect((await follow(scene(), core, "--last")).stdout).toContain("  one\n");
    expect(called).toContain("ListBuildsForProject");
    expect(await follow(scene(two), "windows-2022-full-1.35", "--last")).toMatchObject({
      exitCode: 1,
      stderr: "no build has ended yet\n",
    });
  });

  test("says which right is missing", async () => {
    moments = [{ error: "AccessDeniedException" }];
    expect(await follow(running())).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("→ you need codebuild:BatchGetBuilds"),
    });
  });

  test("needs a variant if several builds run, and a running build", async () => {
    const both = scene(two)
      .build({ status: "running" })
      .build({ status: "running", variant: "windows-2022-full-1.35" });
    const { exitCode, stderr } = await follow(both);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`name a variant: ${core}, windows-2022-full-1.35`);

    expect(await follow(scene())).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("no build runs") });
  });
});

describe("logs --local", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "eksw-logs-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const stack = () => ({ local: { builds: folder } as Deployment["local"] });

  /** The API, whose timeline remembers these builds. */
  async function remembering({ world }: Scene, builds = () => world.builds): Promise<CallApi> {
    const answers = await callsOf(world);
    return async (method, path, body) => {
      const variant = new URL(path, "http://api").searchParams.get("variant") ?? "";
      if (!path.startsWith("/timeline")) return answers(method, path, body);
      const memory = { builds: builds(), buildsSince: 0, versions: { candidate: [], stable: [] }, reports: new Map() };
      return { status: 200, answer: timelineOf(world, variant, memory, "/channels") };
    };
  }

  const endedNow = ({ world }: Scene, status: "succeeded" | "stopped") =>
    Object.assign(world.builds[0] ?? {}, { status, endedAt: world.now });

  test("follows the agent's file until the status says that the build has ended", async () => {
    const story = running();
    const file = join(folder, "build-3.log");
    writeFileSync(file, "one\ntw");
    const answers = await remembering(story);
    let reads = 0;
    const call: CallApi = async (...about) => {
      reads += 1;
      if (reads === 3) {
        appendFileSync(file, `o\n${script}/10-files.ps1\n`);
        endedNow(story, "succeeded");
      }
      return answers(...about);
    };
    const { exitCode, stdout } = await cli(["logs", "--every", "0"], { call, deployment: stack() });

    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${id}\nphase BUILD\n  one\n  two\nstep 10-files\n  ${script}/10-files.ps1\nsucceeded\n`);
  });

  test.each([
    ["stopped", "stopped", (story: Scene) => story.world.builds],
    ["forgotten", "ended; its result is not known", () => []],
  ])("takes a build that was %s for no success", async (_, said, builds) => {
    const story = running();
    const answers = await remembering(story, () => builds(story));
    let reads = 0;
    const call: CallApi = async (...about) => {
      reads += 1;
      if (reads === 2) endedNow(story, "stopped");
      return answers(...about);
    };
    const { exitCode, stdout } = await cli(["logs", "--every", "0"], { call, deployment: stack() });

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(new RegExp(`\n${said}\n$`));
  });

  test("with --last shows the last build that has ended, of that variant or of any, and how it ended", async () => {
    const full = "windows-2022-full-1.35";
    for (const [index, said] of ["one", "two", "three"].entries())
      writeFileSync(join(folder, `build-${index + 1}.log`), `${said}\n`);
    const log = (number: number) => `http://127.0.0.1:1/logs/${number}`;
    const story = scene(two)
      .failed("provision", { log: log(1) })
      .later(hour)
      .build({ status: "succeeded", variant: full, log: log(2), image: "ami-1" })
      .later(hour)
      .build({ status: "running", log: log(3) });
    const call = await remembering(story);
    const last = (...of: string[]) => cli(["logs", ...of, "--last"], { call, deployment: stack() });

    expect(await last()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("  two\nsucceeded: ami-1\n") });
    expect(await last(core)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("  one\nfailed (provision): provision trouble\n"),
    });
  });
});
