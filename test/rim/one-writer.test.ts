import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Environment } from "../../functions/environment.ts";
import { plan } from "../../functions/plan.ts";
import type { World } from "../../functions/world.ts";
import { parseRequest } from "../../local/codebuild/requests.ts";
import { createService, type Service } from "../../local/codebuild/service.ts";
import type { ServiceError } from "../../local/codebuild/service-error.ts";
import { core, hour, scene } from "../scene.ts";

const project = "project";
const minute = 60_000;
let service: Service;
let server: Server;
let now: number;
let act: typeof import("../../functions/act.ts").act;
let readBuilds: typeof import("../../functions/builds.ts").readBuilds;

/** The stack's CodeBuild, whose builds do nothing. */
beforeAll(async () => {
  server = createServer(async (incoming, outgoing) => {
    const { status, answer } = perform(String(incoming.headers["x-amz-target"]), await textOf(incoming));
    outgoing.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
    outgoing.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_CODEBUILD: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  ({ act } = await import("../../functions/act.ts"));
  ({ readBuilds } = await import("../../functions/builds.ts"));
});

beforeEach(() => {
  now = Date.parse("2026-11-04T12:00:00Z");
  service = createService({
    region: "us-east-1",
    now: () => new Date(now),
    logLink: (build) => `https://logs.example.com/${build}`,
    begin: () => {},
    stop: () => {},
  });
  service.CreateProject({
    name: project,
    source: { type: "S3", location: "bucket/key", buildspec: "build.yml" },
    artifacts: { type: "NO_ARTIFACTS" },
    environment: { type: "LINUX_CONTAINER", image: "image", computeType: "SMALL", environmentVariables: [] },
    serviceRole: "arn:aws:iam::123456789012:role/build",
    timeoutInMinutes: 60,
    queuedTimeoutInMinutes: 480,
  });
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

async function textOf(incoming: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function perform(target: string, body: string): { status: number; answer: string } {
  try {
    const { operation, parameters } = parseRequest(target, body);
    return { status: 200, answer: asAws(service[operation](parameters as never)) };
  } catch (error) {
    const { code, message } = error as ServiceError;
    return { status: 400, answer: JSON.stringify({ __type: code, message }) };
  }
}

/** Times as AWS's JSON protocol has them, in seconds. */
function asAws(answer: unknown): string {
  return JSON.stringify(answer, function (this: Record<string, unknown>, key, value) {
    const raw = this[key];
    return raw instanceof Date ? raw.getTime() / 1000 : value;
  });
}

/** A look of reconcile's at the world of now. */
async function look(change: (world: ReturnType<typeof scene>) => void = () => {}): Promise<World> {
  const story = scene({}, new Date(now).toISOString());
  story.published("ami-1", { kubernetes: "1.35.6" });
  change(story);
  story.world.builds = await readBuilds(project, now);
  return story.world;
}

/** What a reconcile that has looked at this world does about builds, however much later. */
async function reconcile(world: World): Promise<string[]> {
  const builds = plan(world).filter(({ do: what }) => what === "build" || what === "wait" || what === "nothing");
  const outcomes = await act(builds, world, { PROJECT_NAME: project } as Environment, () => now);
  return outcomes.flatMap(({ action, result }) => (action.do === "build" ? [result] : []));
}

test("two reconciles that look at once start one build", async () => {
  const looks = await Promise.all([look(), look()]);

  const outcomes = await Promise.all(looks.map(reconcile));

  expect(outcomes).toEqual([["done"], ["done"]]);
  expect(service.builds()).toHaveLength(1);
});

test.each([0, 1, 2, 3])("an older view that arrives %s minutes late starts nothing a second time", async (late) => {
  const older = await look();
  now += minute / 2;
  await reconcile(await look());
  now += late * minute;

  expect(await reconcile(older)).toEqual(["done"]);
  expect(service.builds()).toHaveLength(1);
});

test("a view so old that CodeBuild may have forgotten the build starts nothing at all", async () => {
  const older = await look();
  await reconcile(await look());
  now += 6 * minute;

  expect(await reconcile(older)).toEqual(["stale"]);
  expect(service.builds()).toHaveLength(1);
});

test("an older view starts nothing a second time either when the build has failed meanwhile", async () => {
  const older = await look();
  await reconcile(await look());
  now += minute;
  Object.assign(service.builds()[0] ?? {}, { buildStatus: "FAILED", buildComplete: true, endTime: new Date(now) });

  await reconcile(older);

  expect(service.builds()).toHaveLength(1);
});

test("a look after the start sees the build and waits", async () => {
  await reconcile(await look());
  now += 10 * minute;

  const world = await look();

  expect(plan(world)).toContainEqual(expect.objectContaining({ do: "wait", for: "build", variant: core }));
});

test("views that differ in what is no input order the same build", async () => {
  const older = await look();
  const newer = await look((story) => story.later(minute).holds("ami-1", ["stable"]));

  await Promise.all([reconcile(older), reconcile(newer)]);

  expect(service.builds()).toHaveLength(1);
});

test("a retry is another build, once the wait is over", async () => {
  await reconcile(await look());
  now += minute;
  Object.assign(service.builds()[0] ?? {}, { buildStatus: "FAILED", buildComplete: true, endTime: new Date(now) });
  now += hour;

  await Promise.all((await Promise.all([look(), look()])).map(reconcile));

  expect(service.builds()).toHaveLength(2);
});
