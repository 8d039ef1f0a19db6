import { beforeAll, describe, expect, test } from "vitest";
import { tagPrefix } from "../../functions/domain/inputs.ts";
import { matches } from "../../local/policies/conditions.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { everything, usEast } from "./deployments.ts";
import type { Graph } from "./graph.ts";

/** One stage's name is the prefix of the other's, which is the hardest case for patterns in policies. */
const stages = ["production", "production-2"] as const;

let one: Graph;
let other: Graph;
beforeAll(async () => {
  [one, other] = await Promise.all([everything(usEast, stages[0]), everything(usEast, stages[1])]);
});

/** Every pattern of resources in the Allow statements of a stage's roles, except `*`. */
function reachOf({ resources }: Graph): string[] {
  const statements = [...policiesOf(resources).values()].flat().filter(({ effect }) => effect === "Allow");
  return [...new Set(statements.flatMap((statement) => statement.resources))].filter((pattern) => pattern !== "*");
}

/** Leaves out KMS keys: AWS chooses their IDs, and a graph has the same invented ID in each stage. */
function arnsOf({ resources }: Graph): string[] {
  const named = resources.filter(({ type }) => type !== "aws:kms/key:Key");
  return named.flatMap(({ state }) => (typeof state.arn === "string" ? [state.arn] : []));
}

describe("two stages in one account", () => {
  test("share no resource name", () => {
    const names = ({ resources }: Graph) =>
      resources.flatMap(({ inputs }) => [inputs.name, inputs.bucket]).filter((name) => name && name !== "sst-asset");

    const shared = names(one).filter((name) => names(other).includes(name));

    expect(names(one).length).toBeGreaterThan(15);
    expect(shared).toEqual([]);
  });

  test.each([
    [stages[0], () => one, () => other],
    [stages[1], () => other, () => one],
  ])("%s has no permission on a resource of the other", (_, own, foreign) => {
    const within = arnsOf(foreign()).flatMap((arn) => [arn, `${arn}/source/a.zip`, `${arn}:log-stream:a`]);

    const reached = reachOf(own()).flatMap((pattern) => within.filter((arn) => matches(pattern, arn)));

    expect(reached).toEqual([]);
  });

  test.each([
    [stages[0], () => one, stages[1]],
    [stages[1], () => other, stages[0]],
  ])("%s has no permission on a parameter of the other", (_, own, foreign) => {
    const parameters = ["channels", "channels/a/stable", "requests/a"].map(
      (path) => `arn:aws:ssm:us-east-1:123456789012:parameter/eks-windows-images/${foreign}/${path}`,
    );

    expect(reachOf(own()).flatMap((pattern) => parameters.filter((arn) => matches(pattern, arn)))).toEqual([]);
  });

  test.each([
    [stages[0], () => one],
    [stages[1], () => other],
  ])("%s identifies its images, instances and snapshots by its own tag", (stage, graph) => {
    const conditions = [...policiesOf(graph().resources).values()].flat().map((statement) => statement.conditions);
    const values = conditions
      .flatMap((condition) => Object.values(condition).flatMap((keys) => Object.entries(keys)))
      .filter(([key]) => key.endsWith(`Tag/${tagPrefix}stage`))
      .flatMap(([, wanted]) => wanted);

    expect(new Set(values)).toEqual(new Set([stage]));
  });
});

describe("every resource", () => {
  test("has tags with the project and the stage, for the bill", () => {
    expect(one.app.providers).toMatchObject({
      aws: { defaultTags: { tags: { project: "eks-windows-images", [`${tagPrefix}stage`]: stages[0] } } },
    });
  });

  test("has no tag that would override the stage's", () => {
    const own = one.resources.flatMap(({ inputs }) => Object.entries((inputs.tags ?? {}) as Record<string, string>));

    for (const [key, value] of own) expect([key, value]).toEqual([`${tagPrefix}stage`, stages[0]]);
  });
});

describe("removing the stage", () => {
  test("production is refused, and would keep its resources", async () => {
    const { app } = one;

    expect(app).toMatchObject({ removal: "retain", protect: true });
    expect(one.named("ArtifactsBucket").inputs.forceDestroy).toBe(false);
  });

  test("with another name also removes its bucket", () => {
    expect(other.app).toMatchObject({ removal: "remove", protect: false });
    expect(other.named("ArtifactsBucket").inputs.forceDestroy).toBe(true);
  });

  const stays = ({ resources }: Graph) =>
    resources
      .filter((one) => one.retainOnDelete)
      .map(({ name }) => name)
      .sort();

  test("production keeps the bucket, the resources that protect it, and the logs", () => {
    expect(stays(one)).toEqual([
      "ApiLogs",
      "ArtifactsBucket",
      "ArtifactsEncryption",
      "ArtifactsLifecycle",
      "ArtifactsPolicy",
      "ArtifactsPublicAccessBlock",
      "ArtifactsVersioning",
      "BuildLogs",
      "RecipeSource",
      "ReconcileLogs",
    ]);
  });

  // The policy lets nobody delete records, so it must be gone when the bucket is emptied.
  test("with another name removes the bucket's policy before the bucket", () => {
    expect(other.named("ArtifactsPolicy").waitsFor).toContain("ArtifactsBucket");
    expect(other.named("ArtifactsPolicy").retainOnDelete).toBe(false);
  });

  // Older recipes stay for waiting builds. If the bucket is removed, they are removed with it.
  test("with another name keeps nothing but objects of the removed bucket", () => {
    expect(stays(other)).toEqual(["RecipeSource"]);
  });

  test("never removes an image or a published parameter: the program contains none", () => {
    for (const { resources } of [one, other])
      expect(
        resources.map(({ type }) => type).filter((type) => /ssm\/parameter|ec2\/(ami|snapshot)/i.test(type)),
      ).toEqual([]);
  });
});
