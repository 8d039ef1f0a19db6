import { beforeAll, describe, expect, test } from "vitest";
import { recipeHash } from "../../infra/recipe.ts";
import { type Graph, graphOf, list, permissionsOf, root, statementsOf } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await graphOf({ variants: [{ windows: 2022, kubernetes: "1.35" }] }, "production");
}, 60_000);

describe("functions", () => {
  test.each(["ReconcileFunction", "ApiFunction"])("%s runs on Node.js 24 and arm64", (name) => {
    expect(graph.named(name).inputs).toMatchObject({ runtime: "nodejs24.x", architectures: ["arm64"] });
  });

  test.each([
    ["reconcile", "ReconcileFunction"],
    ["api", "ApiFunction"],
  ])("%s is told what it works with", (service, name) => {
    const { variables } = graph.named(name).inputs.environment as { variables: Record<string, string> };
    const ours = Object.fromEntries(Object.entries(variables).filter(([key]) => !key.startsWith("SST_")));

    expect(ours).toEqual({
      STAGE: "production",
      RECIPE: recipeHash(root),
      PROJECT_NAME: graph.named("Builds").inputs.name,
      TOPIC_ARN: graph.named("NotificationsTopic").state.arn,
      QUEUE_URL: graph.named("TriggersQueue").state.url,
      BUCKET: graph.named("ArtifactsBucket").inputs.bucket,
      CHANNELS_PREFIX: "/eks-windows-images/production/channels",
      REQUESTS_PREFIX: "/eks-windows-images/production/requests",
      POWERTOOLS_SERVICE_NAME: service,
    });
  });

  test("reconcile runs alone", () => {
    expect(graph.named("ReconcileFunction").inputs.reservedConcurrentExecutions).toBe(1);
  });

  test("the function URL takes signed calls only and tells browsers nothing", () => {
    const urls = graph.ofType("aws:lambda/functionUrl:FunctionUrl").map(({ inputs }) => inputs);

    expect(urls).toEqual([
      {
        functionName: graph.named("ApiFunction").inputs.name,
        authorizationType: "AWS_IAM",
        invokeMode: "BUFFERED",
      },
    ]);
    expect(graph.ofType("aws:lambda/permission:Permission")).toEqual([]);
  });

  test.each(["ReconcileFunction", "ApiFunction"])("%s writes to a log group with a retention", (name) => {
    const { logGroup } = graph.named(name).inputs.loggingConfig as { logGroup: string };
    const group = graph.ofType("aws:cloudwatch/logGroup:LogGroup").find(({ inputs }) => inputs.name === logGroup);

    expect(group?.inputs.retentionInDays).toBe(90);
  });
});

test("the address that a deployment prints takes a path as it is", () => {
  expect(graph.outputs.api).toBe("https://apiurl.lambda-url.us-east-1.example");
});

describe("roles", () => {
  test("each is assumed by one service of AWS and by nobody else", () => {
    const trusted = graph
      .ofType("aws:iam/role:Role")
      .map(({ name, inputs }) => [name, statementsOf(inputs.assumeRolePolicy).map(({ Principal }) => Principal)]);

    expect(Object.fromEntries(trusted)).toEqual({
      ApiRole: [{ Service: "lambda.amazonaws.com" }],
      BuildRole: [{ Service: "codebuild.amazonaws.com" }],
      GuestRole: [{ Service: "ec2.amazonaws.com" }],
      ReconcileRole: [{ Service: "lambda.amazonaws.com" }],
      SchedulerRole: [{ Service: "scheduler.amazonaws.com" }],
    });
  });

  test("the scheduler assumes its role for this account only", () => {
    const [statement] = statementsOf(graph.named("SchedulerRole").inputs.assumeRolePolicy);

    expect(statement?.Condition).toEqual({ StringEquals: { "aws:SourceAccount": "123456789012" } });
  });

  test("none has a managed policy or a permission for a whole service", () => {
    for (const role of graph.ofType("aws:iam/role:Role")) {
      const actions = permissionsOf(role).flatMap(({ Action }) => list(Action));

      expect(list(role.inputs.managedPolicyArns)).toEqual([]);
      expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    }
  });

  test("only what AWS cannot scope is allowed on every resource", () => {
    const everywhere = graph
      .ofType("aws:iam/role:Role")
      .flatMap(permissionsOf)
      .filter(({ Resource }) => list(Resource).includes("*"))
      .flatMap(({ Action }) => list(Action));

    expect(everywhere.filter((action) => !/^(ec2|eks):Describe/.test(action))).toEqual([]);
  });

  test("reconcile alone writes channels and starts builds; api alone writes requests", () => {
    const writers = (action: string, resource: string) =>
      graph
        .ofType("aws:iam/role:Role")
        .filter((role) =>
          permissionsOf(role).some(
            ({ Action, Resource }) =>
              list(Action).includes(action) && list(Resource).some((arn) => arn.includes(resource)),
          ),
        )
        .map(({ name }) => name);

    expect(writers("ssm:PutParameter", "/channels/")).toEqual(["ReconcileRole"]);
    expect(writers("ssm:PutParameter", "/requests/")).toEqual(["ApiRole"]);
    expect(writers("codebuild:StartBuild", String(graph.named("Builds").inputs.name))).toEqual(["ReconcileRole"]);
  });

  test("no function tags images", () => {
    const taggers = graph
      .ofType("aws:iam/role:Role")
      .filter((role) => permissionsOf(role).some(({ Action }) => list(Action).includes("ec2:CreateTags")))
      .map(({ name }) => name);

    expect(taggers).toEqual(["BuildRole"]);
  });

  test("the guest may read the recipe's prefix and nothing else", () => {
    const permissions = permissionsOf(graph.named("GuestRole"));

    expect(permissions).toEqual([
      { Effect: "Allow", Action: "s3:GetObject", Resource: `${graph.named("ArtifactsBucket").state.arn}/source/*` },
    ]);
  });
});
