import { describe, expect, test } from "vitest";
import { repositoriesOf } from "../../infra/registries.ts";
import { statementsOf } from "../../local/policies/policy.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { judge } from "../../local/policies/verdict.ts";
import { documented } from "../documented.ts";
import { accountId, china, govCloud, usEast, variants } from "./deployments.ts";
import { graphOf } from "./graph.ts";

const other = "210987654321";
const own = `${accountId}.dkr.ecr.us-east-1.amazonaws.com`;
const foreign = `${other}.dkr.ecr.eu-central-1.amazonaws.com`;
const configuration = {
  variants: [
    {
      windows: 2022 as const,
      kubernetes: "1.35",
      containerImages: [
        `${own}/agent:7`,
        `${own}/agent:8`,
        `${own}/docker-hub/library/traefik:3`,
        "public.ecr.aws/a/b:1",
      ],
    },
    { name: "second", windows: 2022 as const, kubernetes: "1.35", containerImages: [`${foreign}/team/app:1`] },
  ],
  registryAccounts: [other],
  pullThroughCachePrefixes: ["docker-hub"],
};
const agent = `arn:aws:ecr:us-east-1:${accountId}:repository/agent`;
const cached = `arn:aws:ecr:us-east-1:${accountId}:repository/docker-hub/library/traefik`;
const app = `arn:aws:ecr:eu-central-1:${other}:repository/team/app`;

/** The actions on a resource that are allowed to the role of a graph. One needs no repository: `*` stands for that. */
async function allowed(role: "guest" | "harvest", resource: string, given: object = configuration, place = usEast) {
  const { resources } = await graphOf(given as typeof configuration, "production", place);
  const statements = policiesOf(resources).get(`eks-windows-images-production-${place.region}-${role}`) ?? [];
  const actions = statements.flatMap((statement) => statement.actions);
  return actions
    .filter((action) => (action === "ecr:GetAuthorizationToken") === (resource === "*"))
    .filter((action) => judge(statements, { action, resource, context: {} }).allowed)
    .sort();
}

const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

describe("the guest", () => {
  test.each([
    ["pulls from the named repository of its account", agent, pull],
    ["pulls from the named repository of another account and Region", app, pull],
    ["fills a pull through cache, too", cached, [...pull, "ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]],
    ["does not pull from another repository", `${agent}-of-others`, []],
    ["does not pull from the same repository of another Region", agent.replace("us-east-1", "us-west-2"), []],
    ["asks for the registries' login", "*", ["ecr:GetAuthorizationToken"]],
  ])("%s", async (_, resource, actions) => {
    expect(await allowed("guest", resource)).toEqual(actions.sort());
  });

  test("has no permission for ECR if no container image needs one", async () => {
    const given = { ...configuration, variants };
    const { resources } = await graphOf(given, "production");

    expect(JSON.stringify(resources)).not.toContain("ecr:");
  });

  test.each([
    [govCloud, "amazonaws.com"],
    [china, "amazonaws.com.cn"],
  ])("pulls in its own partition: $partition", async (place, suffix) => {
    const { partition, region } = place;
    const image = `${accountId}.dkr.ecr.${region}.${suffix}/agent:7`;
    const given = { variants: [{ ...variants[0], containerImages: [image] }], policies: { functionUrl: false } };
    const resource = `arn:${partition}:ecr:${region}:${accountId}:repository/agent`;

    expect(await allowed("guest", resource, given, place)).toEqual(pull);
  });
});

test("a harvest pulls nothing", async () => {
  expect(await allowed("harvest", agent)).toEqual([]);
});

describe("a container image in a private registry is refused by name if", () => {
  const refusing = (reference: string, registryAccounts: string[] = []) =>
    expect(() =>
      repositoriesOf(
        {
          variants: [{ containerImages: ["public.ecr.aws/a/b:1", reference] } as never],
          registryAccounts,
          pullThroughCachePrefixes: [],
        },
        usEast,
      ),
    );

  test("its account is neither this one nor in registryAccounts", () => {
    refusing(`${foreign}/team/app:1`).toThrow(
      `variants[0].containerImages[1] is "${foreign}/team/app:1", in a registry of another account than this one (${accountId}). Add "${other}" to registryAccounts`,
    );
    refusing(`${foreign}/team/app:1`, [other]).not.toThrow();
  });

  test("its registry is in another partition", () => {
    refusing(`${accountId}.dkr.ecr.us-gov-west-1.amazonaws.com/agent:7`).toThrow(
      "A role of the partition aws cannot pull from us-gov-west-1",
    );
  });
});

test("the documented repository policy lets the guest role of the other account pull, and no other role", async () => {
  const statements = statementsOf(documented("docs/setup.md", "repository-policy"));
  const { resources } = await graphOf(configuration, "production");
  const verdicts = ["GuestRole", "HarvestRole", "BuildRole"].map((name) => {
    const id = String(resources.find((resource) => resource.name === name)?.state.arn);
    const request = { resource: "*", context: { "aws:principalarn": [id] }, principal: { type: "AWS" as const, id } };
    return pull.map((action) => judge(statements, { ...request, action }).allowed);
  });

  expect(verdicts).toEqual([Array(3).fill(true), Array(3).fill(false), Array(3).fill(false)]);
});
