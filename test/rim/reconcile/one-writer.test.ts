import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Environment } from "../../../functions/config/environment.ts";
import { plan } from "../../../functions/domain/plan.ts";
import type { World } from "../../../functions/domain/world.ts";
import type { Service } from "../../../local/codebuild/service.ts";
import { core, hour, minute, type Scene, scene } from "../../scene.ts";
import { type CodeBuild, startCodeBuild } from "../codebuild.ts";

const project = "project";
let service: Service;
let codebuild: CodeBuild;
let now: number;
let act: typeof import("../../../functions/reconcile/act.ts").act;
let readBuilds: typeof import("../../../functions/io/builds.ts").readBuilds;

beforeAll(async () => {
  codebuild = await startCodeBuild(project, () => new Date(now));
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_CODEBUILD: codebuild.url,
  });
  ({ act } = await import("../../../functions/reconcile/act.ts"));
  ({ readBuilds } = await import("../../../functions/io/builds.ts"));
});

beforeEach(() => {
  now = Date.parse("2026-11-04T12:00:00Z");
  service = codebuild.reset();
});

afterAll(() => codebuild?.stop());

/** A look of reconcile's at the world of now. */
async function look(change: (world: Scene) => void = () => {}): Promise<World> {
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
