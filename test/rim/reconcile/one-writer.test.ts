import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Environment } from "../../../functions/config/environment.ts";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import { plan } from "../../../functions/domain/plan.ts";
import type { World } from "../../../functions/domain/world.ts";
import type { Service } from "../../../local/codebuild/service.ts";
import { core, hour, minute, type Scene, scene } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type CodeBuild, startCodeBuild } from "../codebuild.ts";

const project = "project";
/** Holds no pause. */
const bucket = "one-writer";
let aws: Aws;
let service: Service;
let codebuild: CodeBuild;
let now: number;
let act: typeof import("../../../functions/reconcile/act.ts").act;
let readBuilds: typeof import("../../../functions/io/builds.ts").readBuilds;

beforeAll(async () => {
  aws = await startAws();
  codebuild = await startCodeBuild(project, () => new Date(now));
  process.env.AWS_ENDPOINT_URL_CODEBUILD = codebuild.url;
  await new S3Client({}).send(new CreateBucketCommand({ Bucket: bucket }));
  ({ act } = await import("../../../functions/reconcile/act.ts"));
  ({ readBuilds } = await import("../../../functions/io/builds.ts"));
});

beforeEach(() => {
  now = Date.parse("2026-11-04T12:00:00Z");
  service = codebuild.reset();
});

afterAll(async () => {
  await codebuild?.stop();
  await aws?.stop();
});

/** The one build fails now. */
function failBuild(): void {
  const [build] = service.builds();
  if (!build) throw new Error("no build has started");
  Object.assign(build, { buildStatus: "FAILED", buildComplete: true, endTime: new Date(now) });
}

/** The world as a reconcile run reads it now. */
async function observe(change: (world: Scene) => void = () => {}): Promise<World> {
  const story = scene({}, new Date(now).toISOString());
  story.published("ami-1", { kubernetes: "1.35.6" });
  change(story);
  story.world.builds = await readBuilds(project, now);
  return story.world;
}

/** What a reconcile run does about builds, however long after it has read this world. */
async function reconcile(world: World): Promise<string[]> {
  const builds = plan(world).filter(({ do: what }) => what === "build" || what === "wait" || what === "nothing");
  const outcomes = await act(
    builds,
    indexWorld(world),
    { PROJECT_NAME: project, BUCKET: bucket } as Environment,
    () => now,
  );
  return outcomes.flatMap(({ action, result }) => (action.do === "build" ? [result] : []));
}

test("two runs at the same time start one build", async () => {
  const worlds = await Promise.all([observe(), observe()]);

  const outcomes = await Promise.all(worlds.map(reconcile));

  expect(outcomes).toEqual([["done"], ["done"]]);
  expect(service.builds()).toHaveLength(1);
});

test.each([0, 1, 2, 3])("a run that acts %s minutes late starts no second build", async (late) => {
  const older = await observe();
  now += minute / 2;
  await reconcile(await observe());
  now += late * minute;

  expect(await reconcile(older)).toEqual(["done"]);
  expect(service.builds()).toHaveLength(1);
});

test("a run so late that CodeBuild may have forgotten the build starts nothing", async () => {
  const older = await observe();
  await reconcile(await observe());
  now += 6 * minute;

  expect(await reconcile(older)).toEqual(["stale"]);
  expect(service.builds()).toHaveLength(1);
});

test("a late run starts no second build even if the first one has failed meanwhile", async () => {
  const older = await observe();
  await reconcile(await observe());
  now += minute;
  failBuild();

  await reconcile(older);

  expect(service.builds()).toHaveLength(1);
});

test("a run after the start sees the build and waits", async () => {
  await reconcile(await observe());
  now += 10 * minute;

  const world = await observe();

  expect(plan(world)).toContainEqual(expect.objectContaining({ do: "wait", for: "build", variant: core }));
});

test("two worlds that differ in something else than inputs order the same build", async () => {
  const older = await observe();
  const newer = await observe((story) => story.later(minute).holds("ami-1", ["stable"]));

  await Promise.all([reconcile(older), reconcile(newer)]);

  expect(service.builds()).toHaveLength(1);
});

test("a retry is another build once its wait is over", async () => {
  await reconcile(await observe());
  now += minute;
  failBuild();
  now += hour;

  await Promise.all((await Promise.all([observe(), observe()])).map(reconcile));

  expect(service.builds()).toHaveLength(2);
});
