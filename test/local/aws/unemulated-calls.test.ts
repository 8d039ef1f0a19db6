import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodeBuildClient, ListBuildsForProjectCommand, StartBuildCommand } from "@aws-sdk/client-codebuild";
import { DescribeClusterVersionsCommand, EKSClient } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attributed } from "../../../local/aws/unemulated-calls.ts";
import { startUpstream, type Upstream } from "../../../local/aws/upstream.ts";
import { createClock } from "../../../local/clock/clock.ts";
import { type Agent, startCodeBuildAgent } from "../../../local/codebuild/agent.ts";

const region = "us-east-1";
const credentials = { accessKeyId: "ASIAWORKER", secretAccessKey: "secret" };
let dir: string;
let upstream: Upstream;
let agent: Agent;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "side-"));
  const clock = createClock(join(dir, "clock"), new Date("2026-11-10T19:00:00Z"));
  upstream = await startUpstream(() => clock.now());
  agent = await startCodeBuildAgent({
    emulatorUrl: "http://127.0.0.1:1",
    infraCredentials: credentials,
    region,
    clock,
    // No build runs.
    tools: { packer: "/bin/false", pluginPath: "/", aws: "/" },
    dir: join(dir, "b"),
    log: () => {},
  });
});

afterAll(async () => {
  await agent?.stop();
  await upstream?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("calls to EKS are recorded with their caller, time and parameters", async () => {
  upstream.setEksKubernetes("1.35.6");
  const eks = new EKSClient({ endpoint: upstream.eksUrl, region, credentials });

  await eks.send(new DescribeClusterVersionsCommand({ clusterVersions: ["1.35"] }));

  expect(upstream.eksCalls()).toEqual([
    {
      time: expect.stringMatching(/^2026-11-10T19:/),
      service: "eks",
      operation: "DescribeClusterVersions",
      parameters: { clusterVersions: ["1.35"] },
      accessKeyId: "ASIAWORKER",
      tags: {},
      status: 200,
      error: null,
    },
  ]);
});

test("calls to CodeBuild are recorded, even when they are refused", async () => {
  const codebuild = new CodeBuildClient({ endpoint: agent.url, region, credentials, maxAttempts: 1 });

  await codebuild.send(new ListBuildsForProjectCommand({ projectName: "none" })).catch(() => undefined);
  await codebuild.send(new StartBuildCommand({ projectName: "none", imageOverride: "mine" })).catch(() => undefined);

  expect(agent.calls()).toMatchObject([
    { operation: "ListBuildsForProject", parameters: { projectName: "none" }, error: "ResourceNotFoundException" },
    { operation: "StartBuild", status: 400, error: "InvalidInputException", accessKeyId: "ASIAWORKER" },
  ]);
});

test("a call belongs to the role whose credentials signed it", () => {
  const call = { time: "", service: "eks", operation: "", parameters: {}, tags: {}, status: 200, error: null };
  const calls = ["ASIAWORKER", "AKIAADMIN", null].map((accessKeyId) => ({ ...call, accessKeyId }));

  const roles = attributed(calls, new Map([["ASIAWORKER", "worker"]])).map(({ role }) => role);

  expect(roles).toEqual(["worker", null, null]);
});
