import { beforeAll, describe, expect, test } from "vitest";
import { tagPrefix } from "../../functions/domain/inputs.ts";
import { matches } from "../../local/policies/conditions.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { type Graph, graphOf } from "./graph.ts";

const variants = [{ windows: 2022 as const, kubernetes: "1.35" }];
/** A stage whose name begins with the other's is the nearest neighbour there can be. */
const stages = ["production", "production-2"] as const;

let one: Graph;
let other: Graph;
beforeAll(async () => {
  const policies = { retention: { deregister: true } };
  [one, other] = await Promise.all([
    graphOf({ variants, policies }, stages[0]),
    graphOf({ variants, policies }, stages[1]),
  ]);
}, 120_000);

/** What one stage's roles may have to do with: every pattern of their policies that names something of ours. */
function reachOf({ resources }: Graph): string[] {
  const statements = [...policiesOf(resources).values()].flat().filter(({ effect }) => effect === "Allow");
  return [...new Set(statements.flatMap((statement) => statement.resources))].filter((pattern) => pattern !== "*");
}

/** Keys are left out: AWS chooses their IDs, which here are all made up alike. */
function arnsOf({ resources }: Graph): string[] {
  const named = resources.filter(({ type }) => type !== "aws:kms/key:Key");
  return named.flatMap(({ state }) => (typeof state.arn === "string" ? [state.arn] : []));
}

describe("two stages in one account", () => {
  test("have no name in common", () => {
    const names = ({ resources }: Graph) =>
      resources.flatMap(({ inputs }) => [inputs.name, inputs.bucket]).filter((name) => name && name !== "sst-asset");

    const shared = names(one).filter((name) => names(other).includes(name));

    expect(names(one).length).toBeGreaterThan(15);
    expect(shared).toEqual([]);
  });

  test.each([
    [stages[0], () => one, () => other],
    [stages[1], () => other, () => one],
  ])("%s may do nothing with a resource of the other", (_, own, foreign) => {
    const within = arnsOf(foreign()).flatMap((arn) => [arn, `${arn}/source/a.zip`, `${arn}:log-stream:a`]);

    const reached = reachOf(own()).flatMap((pattern) => within.filter((arn) => matches(pattern, arn)));

    expect(reached).toEqual([]);
  });

  test.each([
    [stages[0], () => one, stages[1]],
    [stages[1], () => other, stages[0]],
  ])("%s may do nothing with a parameter of the other", (_, own, foreign) => {
    const parameters = ["channels", "channels/a/stable", "requests/a"].map(
      (path) => `arn:aws:ssm:us-east-1:123456789012:parameter/eks-windows-images/${foreign}/${path}`,
    );

    expect(reachOf(own()).flatMap((pattern) => parameters.filter((arn) => matches(pattern, arn)))).toEqual([]);
  });

  test.each([
    [stages[0], () => one],
    [stages[1], () => other],
  ])("%s tells its images, instances and snapshots by its own tag", (stage, graph) => {
    const conditions = [...policiesOf(graph().resources).values()].flat().map((statement) => statement.conditions);
    const values = conditions
      .flatMap((condition) => Object.values(condition).flatMap((keys) => Object.entries(keys)))
      .filter(([key]) => key.endsWith(`Tag/${tagPrefix}stage`))
      .flatMap(([, wanted]) => wanted);

    expect(new Set(values)).toEqual(new Set([stage]));
  });
});

describe("everything that is deployed", () => {
  test("bears the project and the stage, for the bill", () => {
    expect(one.app.providers).toMatchObject({
      aws: { defaultTags: { tags: { project: "eks-windows-images", [`${tagPrefix}stage`]: stages[0] } } },
    });
  });

  test("bears no tag of another stage that would take the stage's place", () => {
    const own = one.resources.flatMap(({ inputs }) => Object.entries((inputs.tags ?? {}) as Record<string, string>));

    for (const [key, value] of own) expect([key, value]).toEqual([`${tagPrefix}stage`, stages[0]]);
  });
});

describe("removing a stage", () => {
  test("called production is refused, and what would be removed is kept", async () => {
    const { app } = one;

    expect(app).toMatchObject({ removal: "retain", protect: true });
    expect(one.named("ArtifactsBucket").inputs.forceDestroy).toBe(false);
  });

  test("of another name takes its own bucket with it", () => {
    expect(other.app).toMatchObject({ removal: "remove", protect: false });
    expect(other.named("ArtifactsBucket").inputs.forceDestroy).toBe(true);
  });

  const stays = ({ resources }: Graph) =>
    resources
      .filter((one) => one.retainOnDelete)
      .map(({ name }) => name)
      .sort();

  test("called production leaves the bucket with all that protects it, and the logs", () => {
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

  // Older recipes are kept for builds that wait; where the bucket goes, they go with it.
  test("of another name leaves nothing but objects of the bucket that goes", () => {
    expect(stays(other)).toEqual(["RecipeSource"]);
  });

  test("takes no image and no published parameter with it: the program has none", () => {
    for (const { resources } of [one, other])
      expect(
        resources.map(({ type }) => type).filter((type) => /ssm\/parameter|ec2\/(ami|snapshot)/i.test(type)),
      ).toEqual([]);
  });
});
