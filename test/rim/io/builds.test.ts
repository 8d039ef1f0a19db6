import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { chunk } from "es-toolkit";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BuildOrder } from "../../../functions/domain/build-orders.ts";

const now = Date.parse("2026-11-04T12:00:00Z");
const day = 24 * 3_600_000;
const inputs = { baseAmi: "ami-1", kubernetes: "1.35.7", patchTuesday: "2026-10-13", recipe: "a", settings: "b" };

/** CodeBuild's answers, by operation. An Error becomes its exception. */
let answers: Record<string, (request: Record<string, never>) => object>;
let requests: { operation: string; request: Record<string, unknown> }[];
let server: Server;
let builds: typeof import("../../../functions/io/builds.ts");
let starts: typeof import("../../../functions/io/build-starts.ts");

beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (chunk) => (body += chunk));
    incoming.on("end", () => {
      const operation = String(incoming.headers["x-amz-target"]).split(".")[1] ?? "";
      const request = JSON.parse(body);
      requests.push({ operation, request });
      const answer = answers[operation]?.(request) ?? new Error("not expected");
      const refused = answer instanceof Error;
      outgoing.writeHead(refused ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
      outgoing.end(JSON.stringify(refused ? { __type: answer.name, message: answer.message } : answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_CODEBUILD: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  builds = await import("../../../functions/io/builds.ts");
  starts = await import("../../../functions/io/build-starts.ts");
});

beforeEach(() => {
  requests = [];
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

function recorded(id: string, changes: object = {}, exported: Record<string, string> = {}, variables: object = {}) {
  const environment = {
    VARIANT: "core",
    PURPOSE: "build",
    INPUTS: JSON.stringify(inputs),
    ATTEMPT: "1",
    TOKEN: "t",
    ...variables,
  };
  return {
    id,
    buildStatus: "FAILED",
    startTime: now / 1000 - 3600,
    endTime: now / 1000,
    currentPhase: "COMPLETED",
    environment: { environmentVariables: Object.entries(environment).map(([name, value]) => ({ name, value })) },
    exportedEnvironmentVariables: Object.entries(exported).map(([name, value]) => ({ name, value })),
    ...changes,
  };
}

function history(pages: object[][]): void {
  const all = pages.flat() as { id: string }[];
  answers = {
    ListBuildsForProject: ({ nextToken = 0 }) => ({
      ids: pages[Number(nextToken)]?.map((one) => (one as { id: string }).id),
      ...(Number(nextToken) + 1 < pages.length && { nextToken: String(Number(nextToken) + 1) }),
    }),
    BatchGetBuilds: ({ ids }) => ({ builds: all.filter(({ id }) => (ids as unknown as string[]).includes(id)) }),
  };
}

test("an old build that CodeBuild lists but no longer knows is ignored", async () => {
  const old = recorded("project:1", { startTime: now / 1000 - 2 * 86_400 });
  history([[recorded("project:3"), old, recorded("project:2")]]);
  answers.BatchGetBuilds = () => ({ builds: [recorded("project:3"), old], buildsNotFound: ["project:2"] });

  expect(await builds.readBuilds("project", now)).toMatchObject([{ id: "project:3" }, { id: "project:1" }]);
});

test("a history with a gap among its recent builds is an error, because a missing build may run", async () => {
  history([[recorded("project:1"), recorded("project:2")]]);
  answers.BatchGetBuilds = () => ({ builds: [recorded("project:1")], buildsNotFound: ["project:2"] });

  await expect(builds.readBuilds("project", now)).rejects.toThrow(
    "CodeBuild left out project:2 although it lists them",
  );
});

describe("the history for a timeline", () => {
  const older = (name: string, pages: number) =>
    Array.from({ length: pages }, (_, page) => [
      recorded(`${name}:${page}`, { startTime: (now - (page + 1) * 40 * day) / 1000, endTime: now / 1000 - page }),
    ]);

  test("goes on after the month that a reconcile run reads, to the last build that CodeBuild has", async () => {
    history(older("months", 4));

    expect(await builds.readBuilds("project", now)).toHaveLength(1);
    const { builds: all, since } = await builds.readBuildHistory("project", now);

    expect(all.map(({ id }) => id)).toEqual(["months:0", "months:1", "months:2", "months:3"]);
    expect(since).toBe(now - 365 * day);
  });

  test("ends after 20 pages, and says since when no build is left out", async () => {
    const pages = Array.from({ length: 25 }, (_, page) => [
      recorded(`pages:${page}`, { startTime: (now - (page + 1) * day) / 1000, endTime: now / 1000 - page }),
    ]);
    history(pages);

    const { builds: all, since } = await builds.readBuildHistory("project", now);

    expect(all).toHaveLength(20);
    expect(since).toBe(now - 20 * day);
  });
});

describe("a build of the history", () => {
  test.each([
    [
      "in progress",
      { buildStatus: "IN_PROGRESS", endTime: undefined, currentPhase: "BUILD" },
      {},
      { status: "running", phase: "BUILD", failure: undefined },
    ],
    [
      "that succeeded",
      { buildStatus: "SUCCEEDED" },
      { IMAGE_ID: "ami-9" },
      { status: "succeeded", image: "ami-9", failure: undefined },
    ],
    ["stopped by a person", { buildStatus: "STOPPED" }, {}, { status: "stopped", failure: undefined }],
    [
      "that failed with a class",
      {},
      { FAILURE_CLASS: "sysprep", FAILURE_CAUSE: "it hung" },
      { status: "failed", failure: { class: "sysprep", cause: "it hung" } },
    ],
    [
      "that failed with the last lines of its step",
      {},
      {
        FAILURE_CLASS: "test",
        FAILURE_CAUSE: "2 tests failed",
        FAILURE_LINES: '["Containerd: runs","EKSWIN-FAILED test 70-verify: 2 tests failed"]',
      },
      { failure: { class: "test", lines: ["Containerd: runs", "EKSWIN-FAILED test 70-verify: 2 tests failed"] } },
    ],
    [
      "that failed with lines that are not JSON",
      {},
      { FAILURE_CLASS: "test", FAILURE_LINES: "EKSWIN-FAILED" },
      { failure: { class: "test", lines: [] } },
    ],
    [
      "that failed with an unknown class",
      {},
      { FAILURE_CLASS: "gremlins", FAILURE_CAUSE: "?" },
      { failure: { class: "unknown", cause: "?" } },
    ],
    [
      "that failed without class and cause",
      {},
      {},
      { failure: { class: "unknown", cause: "the build ended without giving a cause", lines: [] } },
    ],
    [
      "that failed before it could export a cause",
      { phases: [{ contexts: [{ message: "no source" }] }] },
      {},
      { failure: { class: "unknown", cause: "no source" } },
    ],
    [
      "whose Node.js CodeBuild could not install",
      {
        phases: [
          { phaseType: "PROVISIONING", phaseStatus: "SUCCEEDED" },
          { phaseType: "DOWNLOAD_SOURCE", phaseStatus: "FAILED", contexts: [{ message: "n --no-preserve 24" }] },
        ],
      },
      {},
      { status: "failed", failure: { class: "fault", cause: "n --no-preserve 24", lines: [] } },
    ],
    ...["PROVISIONING", "INSTALL", "PRE_BUILD"].map((phaseType): [string, object, Record<string, string>, object] => [
      `that failed in CodeBuild's phase ${phaseType}`,
      { phases: [{ phaseType, phaseStatus: "FAILED", contexts: [{ message: "out of order" }] }] },
      {},
      { status: "failed", failure: { class: "fault", cause: "out of order", lines: [] } },
    ]),
    [
      "that failed in its own phase without a class",
      {
        phases: [
          ...["PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD"].map((phaseType) => ({
            phaseType,
            phaseStatus: "SUCCEEDED",
          })),
          { phaseType: "BUILD", phaseStatus: "FAILED", contexts: [{ message: "exit status 1" }] },
        ],
      },
      {},
      { failure: { class: "unknown", cause: "exit status 1" } },
    ],
    ["that ran out of time", { buildStatus: "TIMED_OUT" }, {}, { status: "failed", failure: { class: "timed-out" } }],
    ["that CodeBuild itself failed", { buildStatus: "FAULT" }, {}, { status: "failed", failure: { class: "fault" } }],
  ])("%s is read as such", async (_, changes, exported, expected) => {
    history([[recorded("p:1", changes, exported)]]);
    expect(await builds.readBuilds("p", now)).toMatchObject([
      { id: "p:1", variant: "core", purpose: "build", attempt: 1, inputs, ...expected },
    ]);
  });

  test("of an older version without one of today's inputs is read, too", async () => {
    history([[recorded("p:1", {}, {}, { INPUTS: '{"baseAmi":"ami-1"}' })]]);
    expect(await builds.readBuilds("p", now)).toMatchObject([{ inputs: { baseAmi: "ami-1" } }]);
  });

  test("that harvests names the image that it harvests from, although it makes none", async () => {
    const variables = { PURPOSE: "harvest", IMAGE_ID: "ami-7", INPUTS: '{"baseAmi":"ami-7","recipe":"a"}' };
    history([[recorded("p:1", { buildStatus: "SUCCEEDED" }, { IMAGE_ID: "" }, variables)]]);
    expect(await builds.readBuilds("p", now)).toMatchObject([
      { purpose: "harvest", status: "succeeded", image: "ami-7", inputs: { baseAmi: "ami-7", recipe: "a" } },
    ]);
  });

  test("that this service did not start is ignored", async () => {
    history([[recorded("p:1", {}, {}, { VARIANT: "" }), recorded("p:2", {}, {}, { INPUTS: "no JSON" })]]);
    expect(await builds.readBuilds("p", now)).toEqual([]);
  });
});

describe("the history", () => {
  test("is read page by page", async () => {
    history([[recorded("p:3")], [recorded("p:2")], [recorded("p:1")]]);
    expect((await builds.readBuilds("p", now)).map(({ id }) => id)).toEqual(["p:3", "p:2", "p:1"]);
  });

  test("is read back no further than 31 days", async () => {
    history([[recorded("p:2", { startTime: (now - 32 * day) / 1000 })], [recorded("p:1")]]);
    expect((await builds.readBuilds("p", now)).map(({ id }) => id)).toEqual(["p:2"]);
  });

  test("is described again by the same process only where it may still change", async () => {
    const long = { endTime: (now - 2 * 3_600_000) / 1000 };
    history([
      [recorded("p:long-running", { buildStatus: "IN_PROGRESS", endTime: undefined }), recorded("p:long-ended", long)],
    ]);
    const first = await builds.readBuilds("p", now);
    requests = [];

    expect(await builds.readBuilds("p", now)).toEqual(first);

    expect(requests.map(({ request }) => request.ids ?? "list")).toEqual(["list", ["p:long-running"]]);
  });

  test("has no build that CodeBuild lists no more", async () => {
    const long = { endTime: (now - 2 * 3_600_000) / 1000 };
    history([[recorded("p:kept", long), recorded("p:deleted", long)]]);
    await builds.readBuilds("p", now);
    history([[recorded("p:kept", long)]]);

    expect((await builds.readBuilds("p", now)).map(({ id }) => id)).toEqual(["p:kept"]);
  });

  test("has no end before it reaches back far enough", async () => {
    const ids = Array.from({ length: 2_500 }, (_, number) => `p:many-${number}`);
    history(chunk(ids, 100).map((page) => page.map((id) => recorded(id))));

    expect((await builds.readBuilds("p", now)).map(({ id }) => id)).toEqual(ids);
  });

  test("says in which place an image is proved, and a build at home has none", async () => {
    const place = JSON.stringify({ name: "frankfurt", region: "eu-central-1" });
    const inPlace = { PURPOSE: "prove-place", IMAGE_ID: "ami-1", PLACE: place };
    history([[recorded("p:1", {}, {}, inPlace), recorded("p:2")]]);

    expect((await builds.readBuilds("p", now)).map((one) => [one.purpose, one.place, one.image])).toEqual([
      ["prove-place", "frankfurt", "ami-1"],
      ["build", undefined, undefined],
    ]);
  });

  test("may be empty", async () => {
    history([[]]);
    expect(await builds.readBuilds("p", now)).toEqual([]);
  });
});

describe("starting a build", () => {
  const order: BuildOrder = {
    variant: "core",
    purpose: "build",
    inputs,
    attempt: 1,
    token: "t".repeat(64),
    variables: {
      PURPOSE: "build",
      VARIANT: "core",
      INPUTS: "{}",
      RECIPE: "b",
      ATTEMPT: "1",
      TOKEN: "t",
      REASONS: "why",
      PACKER_VARIABLES: "{}",
    },
  };
  const exception = (name: string, message: string) => Object.assign(new Error(message), { name });

  test("passes the token and plain variables, and overrides nothing else", async () => {
    answers = { StartBuild: () => ({ build: { id: "p:1" } }) };
    expect(await starts.startBuild("p", order)).toEqual({ outcome: "started", build: "p:1" });
    expect(requests).toEqual([
      {
        operation: "StartBuild",
        request: {
          projectName: "p",
          idempotencyToken: order.token,
          environmentVariablesOverride: [
            { name: "PURPOSE", value: "build", type: "PLAINTEXT" },
            { name: "VARIANT", value: "core", type: "PLAINTEXT" },
            { name: "INPUTS", value: "{}", type: "PLAINTEXT" },
            { name: "RECIPE", value: "b", type: "PLAINTEXT" },
            { name: "ATTEMPT", value: "1", type: "PLAINTEXT" },
            { name: "TOKEN", value: "t", type: "PLAINTEXT" },
            { name: "REASONS", value: "why", type: "PLAINTEXT" },
            { name: "PACKER_VARIABLES", value: "{}", type: "PLAINTEXT" },
          ],
        },
      },
    ]);
  });

  test("without room in the account waits and does not fail", async () => {
    answers = { StartBuild: () => exception("AccountLimitExceededException", "too many") };
    expect(await starts.startBuild("p", order)).toEqual({ outcome: "no-room", why: "too many" });
  });

  test("whose token is in use with other parameters has already started it", async () => {
    answers = {
      StartBuild: () => exception("InvalidInputException", "Idempotency token is in use with other parameters"),
    };
    expect(await starts.startBuild("p", order)).toEqual({ outcome: "started", build: undefined });
  });

  test("that CodeBuild refuses for another reason is an error", async () => {
    answers = { StartBuild: () => exception("InvalidInputException", "variables are too long") };
    await expect(starts.startBuild("p", order)).rejects.toThrow("variables are too long");
  });
});
