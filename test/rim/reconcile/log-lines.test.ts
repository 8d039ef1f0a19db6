import { CreateClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type SavedQuery, savedQueries } from "../../../infra/saved-queries.ts";
import { publishAll } from "../../../local/aws/public-images.ts";
import { type Build, variableOf } from "../../../local/codebuild/build.ts";
import type { Service as Builds } from "../../../local/codebuild/service.ts";
import { core, day } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type CodeBuild, startCodeBuild } from "../codebuild.ts";
import { type Service, startService, startSurroundings } from "../service.ts";

type Line = Record<string, unknown>;

/** Its own parameter is written as soon as its channel holds an image. A second image waits for a person. */
const pool = {
  name: "pool",
  variant: core,
  channel: "candidate",
  kind: "karpenter",
  cluster: "production",
  group: "windows",
  parameter: "own",
  mode: "roll",
  window: "always",
};

const person = "arn:aws:iam::123456789012:user/ann";
let aws: Aws;
let codebuild: CodeBuild;
let builds: Builds;
let handlers: Record<"reconcile" | "api", (event: unknown, context: unknown) => Promise<unknown>>;
/** Every line that the functions have written, in order. */
const lines: Record<"reconcile" | "api", Line[]> = { reconcile: [], api: [] };
/** What they wrote in each part of the story. */
let story: Awaited<ReturnType<typeof play>>;

beforeAll(async () => {
  aws = await startAws();
  codebuild = await startCodeBuild("project", () => new Date());
  builds = codebuild.reset();
  await publishAll(aws.emulator, new Date(Date.now() - day));
  aws.upstream.setKubernetes("1.35.7");
  const surroundings = await startSurroundings("log-lines");
  const service = await startService(aws, surroundings, "log-lines");
  Object.assign(process.env, service.environment, {
    QUEUE_URL: await surroundings.queueUrl(),
    AWS_ENDPOINT_URL_CODEBUILD: codebuild.url,
    AWS_ENDPOINT_URL_EKS: aws.emulator.url,
  });
  const policies = { kubernetesReleaseUrl: aws.upstream.url };
  const variants = [{ windows: 2022, kubernetes: "1.35" }];
  vi.doMock("../../../config.ts", () => ({ config: { variants, policies, fleets: [pool] } }));
  handlers = {
    reconcile: (await import("../../../functions/reconcile.ts")).handler as never,
    api: (await import("../../../functions/api.ts")).handler as never,
  };
  const roleArn = `arn:aws:iam::${aws.emulator.accountId}:role/cluster`;
  await new EKSClient({}).send(
    new CreateClusterCommand({ name: pool.cluster, version: "1.35", roleArn, resourcesVpcConfig: { subnetIds: [] } }),
  );
  story = await play(service);
});

afterAll(async () => {
  await codebuild?.stop();
  await aws?.stop();
});

/**
 * A build starts, runs and fails, subscribers are notified, an image is published and a person calls: all through the
 * deployed handlers.
 */
async function play(service: Service) {
  const trigger = () => run({ trigger: "kubernetes" }, { trigger: "base-ami" }, { trigger: "kubernetes" });
  let started = await trigger();
  // On a slow machine Kubernetes' release host may answer too late for one run. The next run asks again.
  while (builds.builds().length === 0) started = await trigger();
  const running = await run({ trigger: "patch-tuesday" });
  const build = builds.builds()[0] as Build;
  const ended = {
    "detail-type": "CodeBuild Build State Change",
    detail: { "build-id": build.arn, "build-status": "FAILED" },
  };
  Object.assign(build, {
    buildStatus: "FAILED",
    buildComplete: true,
    endTime: new Date(),
    exportedEnvironmentVariables: [
      { name: "FAILURE_CLASS", value: "test" },
      { name: "FAILURE_CAUSE", value: "kubelet does not start" },
    ],
  });
  const lift = await aws.emulator.failCalls({ service: "sns", code: "AccessDenied", message: "no key" });
  const unnotified = await run(ended);
  await lift();
  const notified = await run(ended);
  const token = variableOf(build, "TOKEN");
  await service.image("ami-of-this-build", 2, { token: String(token) });
  const published = await run({ trigger: "base-ami" });
  await service.settled();
  const refuse = await aws.emulator.failCalls({
    service: "ssm",
    operation: "PutParameter",
    code: "AccessDenied",
    message: "no",
  });
  const unpointed = await run({ trigger: "base-ami" });
  await refuse();
  const pointed = await run({ trigger: "base-ami" });
  await service.image("ami-after-that", 1);
  await run({ trigger: "base-ami" });
  await service.settled();
  const waiting = await run({ trigger: "base-ami" });
  const held = await call("POST", "/hold", { fleet: "pool", reason: "an incident" });
  const rebuild = await call("POST", "/rebuild", { variant: core, reason: "a new agent" });
  const refused = await call("POST", "/approve", { image: "ami-0123456789abcdef0", reason: "looks good" });
  return {
    build,
    token,
    started,
    running,
    unnotified,
    notified,
    published,
    unpointed,
    pointed,
    waiting,
    held,
    rebuild,
    refused,
  };
}

/** The lines that a function writes while it runs. Middy ends a call shortly before its time is up. */
async function during(who: "reconcile" | "api", event: unknown): Promise<Line[]> {
  const written: Line[] = [];
  const catchLine = (text: unknown) => written.push(JSON.parse(String(text))) > 0;
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation(catchLine),
  );
  try {
    await handlers[who](event, { awsRequestId: "1", functionName: who, getRemainingTimeInMillis: () => 3_600_000 });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  lines[who].push(...written);
  return written;
}

function run(...bodies: unknown[]): Promise<Line[]> {
  return during("reconcile", { Records: bodies.map((body) => ({ body: JSON.stringify(body) })) });
}

function call(method: string, path: string, body?: object): Promise<Line[]> {
  const requestContext = {
    requestId: "request-1",
    http: { method, path },
    authorizer: { iam: { userArn: person } },
  };
  const event = { version: "2.0", rawPath: path, headers: {}, requestContext, body: body && JSON.stringify(body) };
  return during("api", event);
}

const withMessage = (written: Line[], message: string) => written.filter((line) => line.message === message);
const measured = (written: Line[]) => written.filter((line) => "_aws" in line);

describe("from plan to notification", () => {
  test("a build's line has its token, its reasons and the run's triggers", () => {
    expect(withMessage(story.started, "build")).toMatchObject([
      {
        variant: core,
        token: story.token,
        result: "done",
        reasons: ["first image of the variant"],
        triggers: ["kubernetes schedule", "base-ami schedule"],
      },
    ]);
  });

  test("a run lists its own triggers and none of the previous run", () => {
    const [wait] = withMessage(story.running, "wait");
    expect(wait).toMatchObject({ for: "build", triggers: ["patch-tuesday schedule"] });
  });

  test("a failure's notification has the token of the planned build", () => {
    expect(withMessage(story.notified, "announce")).toMatchObject([
      { token: story.token, fact: { token: story.token }, triggers: [`build ${story.build.id} FAILED`] },
    ]);
  });

  test("its image's publications have the same token", () => {
    expect(withMessage(story.published, "publish")).toMatchObject([
      { channel: "candidate", token: story.token },
      { channel: "stable", token: story.token },
    ]);
  });
});

test("what becomes of a fleet has its name in the lines of runs, of notifications and of calls", () => {
  const fleet = "pool";
  const token = story.token;

  expect(story.unpointed).toContainEqual(expect.objectContaining({ message: "point failed", fleet, token }));
  expect(withMessage(story.pointed, "point")).toMatchObject([{ fleet, token, result: "done" }]);
  expect(withMessage(story.waiting, "wait")).toContainEqual(expect.objectContaining({ for: "fleet", fleet }));
  expect(lines.reconcile).toContainEqual(
    expect.objectContaining({ message: "announce", fact: expect.objectContaining({ kind: "rollout-waits", fleet }) }),
  );
  expect(story.held).toContainEqual(expect.objectContaining({ fleet, reason: "an incident" }));
});

describe("the log of a run", () => {
  test("contains each failed action with what it was doing", () => {
    expect(story.unnotified.filter(({ level }) => level === "ERROR")).toMatchObject([
      {
        message: "announce failed",
        token: story.token,
        error: { message: expect.stringMatching(/^notifying subscribers for /) },
      },
    ]);
  });

  test("contains the staleness of each variant", () => {
    expect(withMessage(story.notified, "standing")).toMatchObject([
      { variant: core, failing: true, hoursBehind: 0, drift: ["first image of the variant"] },
    ]);
    expect(withMessage(story.published, "standing")).toMatchObject([{ variant: core, failing: true }]);
  });

  test("has one line of metrics with the run's counts", () => {
    expect(measured(story.started)).toMatchObject([{ stage: "log-lines", service: "reconcile", BuildsStarted: 1 }]);
    expect(measured(story.notified)).toMatchObject([{ BuildsFailed: 1, FailingVariants: 1 }]);
    expect(measured(story.running)[0]).not.toHaveProperty("BuildsStarted");
    expect(measured(story.published)[0]).not.toHaveProperty("BuildsFailed");
  });
});

test("the log of a call contains the caller, the reason and the result", () => {
  const by = person;

  expect(story.rebuild).toContainEqual(expect.objectContaining({ by, reason: "a new agent", variant: core }));
  expect(story.rebuild).toContainEqual(expect.objectContaining({ by, path: "/rebuild", status: 202 }));
  expect(story.refused).toContainEqual(expect.objectContaining({ by, reason: "looks good" }));
});

/** The lines that each query selects, by its filter. */
const selected: Record<keyof typeof savedQueries, (line: Line) => boolean> = {
  built: ({ message }) => message === "build",
  notBuilt: ({ message }) => message === "wait" || message === "nothing",
  failed: ({ level, message }) => level === "ERROR" || message === "announce",
  asked: ({ by }) => by !== undefined,
  became: ({ token }) => token !== undefined,
};

describe("every field of a saved query is in the lines that it selects", () => {
  test.each(Object.entries(savedQueries) as [keyof typeof savedQueries, SavedQuery][])("%s", (name, query) => {
    const written = query.of.flatMap((who) => lines[who]).filter(selected[name]);

    const missing = fieldsOf(query).filter((field) => written.every((line) => valueAt(line, field) === undefined));
    expect(written).not.toEqual([]);
    expect(missing).toEqual([]);
  });
});

/** The query's fields, without those of CloudWatch itself; of a list only the first entry. */
function fieldsOf({ lines: [first = ""] }: SavedQuery): string[] {
  const fields = first.replace(/^fields /, "").split(", ");
  return fields.map((field) => field.replaceAll("`", "")).filter((field) => !/^@|\.[1-9]$/.test(field));
}

function valueAt(line: Line, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Line | undefined)?.[key], line);
}
