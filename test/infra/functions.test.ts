import { beforeAll, describe, expect, test } from "vitest";
import { harvestRecipeHash, recipeHash } from "../../infra/recipe.ts";
import type { CreatedResource } from "../../local/deploy/cloud.ts";
import { everything, usual } from "./deployments.ts";
import { type Graph, graphOf, list, permissionsOf, root, statementsOf } from "./graph.ts";

let graph: Graph;
let assembling: Graph;
beforeAll(async () => {
  [graph, assembling] = await Promise.all([usual(), everything()]);
});

describe("functions", () => {
  test.each(["ReconcileFunction", "ApiFunction"])("%s runs on Node.js 24 and arm64", (name) => {
    expect(graph.named(name).inputs).toMatchObject({ runtime: "nodejs24.x", architectures: ["arm64"] });
  });

  test.each([
    ["reconcile", "ReconcileFunction"],
    ["api", "ApiFunction"],
  ])("%s has the names of its resources in its environment", (service, name) => {
    const { variables } = graph.named(name).inputs.environment as { variables: Record<string, string> };
    const ours = Object.fromEntries(Object.entries(variables).filter(([key]) => !key.startsWith("SST_")));

    expect(ours).toEqual({
      STAGE: "production",
      RECIPE: recipeHash(root),
      HARVEST_RECIPE: harvestRecipeHash(root),
      PROJECT_NAME: graph.named("Builds").inputs.name,
      TOPIC_ARN: graph.named("NotificationsTopic").state.arn,
      QUEUE_URL: graph.named("TriggersQueue").state.url,
      BUCKET: graph.named("ArtifactsBucket").inputs.bucket,
      CHANNELS_PREFIX: "/eks-windows-images/production/channels",
      REQUESTS_PREFIX: "/eks-windows-images/production/requests",
      FLEETS_PREFIX: "/eks-windows-images/production/fleets",
      INSTANCE_PROFILES: `${graph.named("GuestProfile").inputs.name},${graph.named("HarvestProfile").inputs.name}`,
      POWERTOOLS_SERVICE_NAME: service,
      ...(service === "api" && { CONNECT_TIMEOUT_MS: "2000", REQUEST_TIMEOUT_MS: "5000", REQUEST_ATTEMPTS: "2" }),
    });
  });

  test("reconcile runs one at a time", () => {
    expect(graph.named("ReconcileFunction").inputs.reservedConcurrentExecutions).toBe(1);
  });

  test("the function URL accepts signed calls only and has no CORS rules", () => {
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

test("the URL that a deployment prints has no trailing slash, so a path can follow", () => {
  expect(graph.outputs.api).toBe("https://apiurl.lambda-url.us-east-1.example");
});

describe("roles", () => {
  test("each can be assumed by one AWS service and by no other principal", () => {
    const trusted = graph
      .ofType("aws:iam/role:Role")
      .map(({ name, inputs }) => [name, statementsOf(inputs.assumeRolePolicy).map(({ Principal }) => Principal)]);

    expect(Object.fromEntries(trusted)).toEqual({
      ApiRole: [{ Service: "lambda.amazonaws.com" }],
      BuildRole: [{ Service: "codebuild.amazonaws.com" }],
      GuestRole: [{ Service: "ec2.amazonaws.com" }],
      HarvestRole: [{ Service: "ec2.amazonaws.com" }],
      ReconcileRole: [{ Service: "lambda.amazonaws.com" }],
      SchedulerRole: [{ Service: "scheduler.amazonaws.com" }],
    });
  });

  test("EventBridge Scheduler can assume its role for this account only", () => {
    const [statement] = statementsOf(graph.named("SchedulerRole").inputs.assumeRolePolicy);

    expect(statement?.Condition).toEqual({ StringEquals: { "aws:SourceAccount": "123456789012" } });
  });

  test("none has a managed policy or a permission with a wildcard", () => {
    for (const role of graph.ofType("aws:iam/role:Role")) {
      const actions = permissionsOf(role).flatMap(({ Action }) => list(Action));

      expect(list(role.inputs.managedPolicyArns)).toEqual([]);
      expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    }
  });

  test("each has at most 10,240 characters of policies, IAM's limit, even with a long stage name", async () => {
    const longest = await graphOf(
      {
        variants: [{ windows: 2022, kubernetes: "1.35", base: "Base" }],
        policies: {
          retention: { deregister: true },
          kubernetesSource: "eks",
          functionUrl: false,
          volumeKeyArn: `arn:aws-cn:kms:cn-northwest-1:123456789012:key/mrk-${"0".repeat(32)}`,
          network: {
            kind: "vpc",
            vpcId: "vpc-0123456789abcdef0",
            subnetIds: [0, 1, 2].map((index) => `subnet-0123456789abcdef${index}`),
          },
        },
      },
      "a-feature-branch-with-quite-a-long-name",
      { partition: "aws-cn", region: "cn-northwest-1", accountId: "123456789012" },
    );

    for (const role of longest.ofType("aws:iam/role:Role")) {
      const policies = (role.inputs.inlinePolicies ?? []) as { policy: string }[];
      expect(policies.map(({ policy }) => policy).join("").length).toBeLessThan(10_240);
    }
  });

  test("only reconcile writes channels and starts builds; only api writes requests and pauses", () => {
    const writers = (action: string, resource: string) =>
      graph
        .ofType("aws:iam/role:Role")
        .filter((role) =>
          permissionsOf(role).some(
            ({ Effect, Action, Resource }) =>
              Effect === "Allow" &&
              list(Action).includes(action) &&
              list(Resource).some((arn) => arn === "*" || arn.includes(resource)),
          ),
        )
        .map(({ name }) => name);

    expect(writers("ssm:PutParameter", "/channels/")).toEqual(["ReconcileRole"]);
    expect(writers("ssm:PutParameter", "/requests/")).toEqual(["ApiRole"]);
    expect(writers("ssm:AddTagsToResource", "/channels/")).toEqual(["ReconcileRole"]);
    expect(writers("ssm:AddTagsToResource", "/requests/")).toEqual(["ApiRole"]);
    expect(writers("s3:PutObject", "/records/pauses/")).toEqual(["ApiRole"]);
    expect(writers("s3:DeleteObject", "/records/pauses/")).toEqual(["ApiRole"]);
    expect(writers("codebuild:StartBuild", String(graph.named("Builds").inputs.name))).toEqual(["ReconcileRole"]);
  });

  test("the guest can read harvested files, and nothing else", () => {
    const permissions = permissionsOf(graph.named("GuestRole"));

    const bucket = graph.named("ArtifactsBucket").state.arn;
    expect(permissions).toEqual([{ Effect: "Allow", Action: "s3:GetObject", Resource: `${bucket}/harvest/*` }]);
  });

  test("an instance of AWS's image can write harvested files, and nothing else", () => {
    const permissions = permissionsOf(graph.named("HarvestRole"));

    const bucket = graph.named("ArtifactsBucket").state.arn;
    expect(permissions).toEqual([{ Effect: "Allow", Action: "s3:PutObject", Resource: `${bucket}/harvest/*` }]);
  });

  test.each([
    [
      "reconcile lists records, also of notifications, and reads pauses and reports of images",
      "ReconcileRole",
      ["announced/*", "records/*"],
      ["records/pauses/*", "reports/*"],
    ],
    [
      "api lists records, also of notifications, and reports of images, and reads pauses and these reports",
      "ApiRole",
      ["announced/*", "records/*", "reports/*"],
      ["records/pauses/*", "reports/*"],
    ],
  ])("%s, and nothing else in the bucket", (_, name, listed, read) => {
    expect(readingOf(graph.named(name))).toEqual({ listed, read });
  });

  test.each([
    ["reconcile", "ReconcileRole", []],
    ["api", "ApiRole", ["reports/*"]],
  ])("%s also reads manifests of harvests if a variant needs a harvest", (_, name, alsoListed) => {
    expect(readingOf(assembling.named(name))).toEqual({
      listed: ["announced/*", "records/*", "harvest/*", ...alsoListed],
      read: ["records/pauses/*", "harvest/*/manifest.json", "reports/*"],
    });
  });

  /** The prefixes in the bucket that a role can list and read. */
  function readingOf(role: CreatedResource) {
    const reading = permissionsOf(role).filter(({ Action }) => list(Action).some((one) => /^s3:(Get|List)/.test(one)));
    return {
      listed: reading.flatMap(({ Condition }) => list(Condition?.StringLike?.["s3:prefix"])),
      read: reading
        .filter(({ Action }) => list(Action).includes("s3:GetObject"))
        .flatMap(({ Resource }) => list(Resource))
        .map((arn) => arn.replace(/^arn:aws:s3:::[^/]*\//, "")),
    };
  }
});
