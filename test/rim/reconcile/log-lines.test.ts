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

const person = "arn:aws:iam::123456789012:user/ann";
let aws: Aws;
let codebuild: CodeBuild;
let builds: Builds;
let handlers: Record<"reconcile" | "api", (event: unknown, context: unknown) => Promise<unknown>>;
/** All that the functions have written, in order. */
const lines: Record<"reconcile" | "api", Line[]> = { reconcile: [], api: [] };
/** What they wrote in each scene of the story. */
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
  });
  const policies = { kubernetesReleaseUrl: aws.upstream.url };
  vi.doMock("../../config.ts", () => ({ config: { variants: [{ windows: 2022, kubernetes: "1.35" }], policies } }));
  handlers = {
    reconcile: (await import("../../../functions/reconcile.ts")).handler as never,
    api: (await import("../../../functions/api.ts")).handler as never,
  };
  story = await play(service);
}, 120_000);

afterAll(async () => {
  await codebuild?.stop();
  await aws?.stop();
});

/** A build starts, runs, fails and is told of, an image is published, a person calls; all of it through the handlers as they are deployed. */
async function play(service: Service) {
  const wake = () => look({ trigger: "kubernetes" }, { trigger: "base-ami" }, { trigger: "kubernetes" });
  let started = await wake();
  // On a busy machine Kubernetes' release host may answer too late for one look; the next one asks again.
  while (builds.builds().length === 0) started = await wake();
  const running = await look({ trigger: "patch-tuesday" });
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
  const mend = await aws.emulator.failCalls({ service: "sns", code: "AccessDenied", message: "no key" });
  const untold = await look(ended);
  await mend();
  const told = await look(ended);
  const token = variableOf(build, "TOKEN");
  await service.image("ami-of-this-build", 2, { token: String(token) });
  const published = await look({ trigger: "base-ami" });
  const rebuild = await call("POST", "/rebuild", { variant: core, reason: "a new agent" });
  const refused = await call("POST", "/promote", { image: "ami-0123456789abcdef0", reason: "looks good" });
  return { build, token, started, running, untold, told, published, rebuild, refused };
}

/** What the function writes while it runs. Middy ends a call a moment before its time is up. */
async function during(who: "reconcile" | "api", event: unknown): Promise<Line[]> {
  const written: Line[] = [];
  const catchLine = (text: unknown) => written.push(JSON.parse(String(text))) > 0;
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation(catchLine),
  );
  try {
    await handlers[who](event, { awsRequestId: "1", functionName: who, getRemainingTimeInMillis: () => 120_000 });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  lines[who].push(...written);
  return written;
}

function look(...bodies: unknown[]): Promise<Line[]> {
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

const saying = (written: Line[], message: string) => written.filter((line) => line.message === message);
const measured = (written: Line[]) => written.filter((line) => "_aws" in line);

describe("From plan to notification", () => {
  test("a build's line has its token, its reasons and the triggers of the look", () => {
    expect(saying(story.started, "build")).toMatchObject([
      {
        variant: core,
        token: story.token,
        result: "done",
        reasons: ["first image of the variant"],
        triggers: ["kubernetes schedule", "base-ami schedule"],
      },
    ]);
  });

  test("a look lists its own triggers, and none of the look before", () => {
    expect(saying(story.running, "wait")).toMatchObject([{ for: "build", triggers: ["patch-tuesday schedule"] }]);
  });

  test("the failure that is told bears the token of the build that was planned", () => {
    expect(saying(story.told, "announce")).toMatchObject([
      { token: story.token, fact: { token: story.token }, triggers: [`build ${story.build.id} FAILED`] },
    ]);
  });

  test("and so does its image on the way into the channels", () => {
    expect(saying(story.published, "publish")).toMatchObject([
      { channel: "candidate", token: story.token },
      { channel: "stable", token: story.token },
    ]);
  });
});

describe("A look's log", () => {
  test("says what failed, with what was being done", () => {
    expect(story.untold.filter(({ level }) => level === "ERROR")).toMatchObject([
      { message: "announce failed", token: story.token, error: { message: expect.stringMatching(/^announcing for /) } },
    ]);
  });

  test("says how each variant stands", () => {
    expect(saying(story.told, "standing")).toMatchObject([
      { variant: core, failing: true, hoursBehind: 0, drift: ["no image of the variant can be published"] },
    ]);
    expect(saying(story.published, "standing")).toMatchObject([{ variant: core, failing: true }]);
  });

  test("has one line of metrics, with what the look had to count", () => {
    expect(measured(story.started)).toMatchObject([{ stage: "log-lines", service: "reconcile", BuildsStarted: 1 }]);
    expect(measured(story.told)).toMatchObject([{ BuildsFailed: 1, FailingVariants: 1 }]);
    expect(measured(story.running)[0]).not.toHaveProperty("BuildsStarted");
    expect(measured(story.published)[0]).not.toHaveProperty("BuildsFailed");
  });
});

test("a person's call is in the log with the person, the reason and what came of it", () => {
  const by = person;

  expect(story.rebuild).toContainEqual(expect.objectContaining({ by, reason: "a new agent", variant: core }));
  expect(story.rebuild).toContainEqual(expect.objectContaining({ by, path: "/rebuild", status: 202 }));
  expect(story.refused).toContainEqual(expect.objectContaining({ by, reason: "looks good" }));
});

/** Lines that a query selects, as its filter says it. */
const selected: Record<keyof typeof savedQueries, (line: Line) => boolean> = {
  built: ({ message }) => message === "build",
  notBuilt: ({ message }) => message === "wait" || message === "nothing",
  failed: ({ level, message }) => level === "ERROR" || message === "announce",
  asked: ({ by }) => by !== undefined,
  became: ({ token }) => token !== undefined,
};

describe("Every field that a saved query reads is written in the lines that it selects", () => {
  test.each(Object.entries(savedQueries) as [keyof typeof savedQueries, SavedQuery][])("%s", (name, query) => {
    const found = query.of.flatMap((who) => lines[who]).filter(selected[name]);

    const missing = fieldsOf(query).filter((field) => found.every((line) => valueAt(line, field) === undefined));
    expect(found).not.toEqual([]);
    expect(missing).toEqual([]);
  });
});

/** Without CloudWatch's own, of lists the first entry. */
function fieldsOf({ lines: [first = ""] }: SavedQuery): string[] {
  const fields = first.replace(/^fields /, "").split(", ");
  return fields.map((field) => field.replaceAll("`", "")).filter((field) => !/^@|\.[1-9]$/.test(field));
}

function valueAt(line: Line, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Line | undefined)?.[key], line);
}
