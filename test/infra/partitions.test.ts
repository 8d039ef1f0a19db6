import { beforeAll, describe, expect, test } from "vitest";
import { type Graph, graphOf, list, statementsOf } from "./graph.ts";

const accountId = "210987654321";
const network = { kind: "vpc" as const, vpcId: "vpc-0123456789abcdef0", subnetIds: ["subnet-0123456789abcdef0"] };

describe.each([
  ["aws", "eu-central-1", "ec2.amazonaws.com"],
  ["aws-us-gov", "us-gov-west-1", "ec2.amazonaws.com"],
  ["aws-cn", "cn-north-1", "ec2.amazonaws.com.cn"],
])("in partition %s", (partition, region, ec2) => {
  let graph: Graph;
  beforeAll(async () => {
    const configuration = {
      variants: [{ windows: 2022 as const, kubernetes: "1.35" }],
      policies: { network, retention: { deregister: true }, functionUrl: partition === "aws" },
    };
    graph = await graphOf(configuration, "trial", { partition, region, accountId });
  }, 120_000);

  function arns(): string[][] {
    const found = graph.resources.flatMap(({ inputs }) => JSON.stringify(inputs).match(/arn:[a-z-]*:[^"\\]*/g) ?? []);
    return found.map((arn) => arn.split(":"));
  }

  test("every ARN is of the partition, of the Region or of none, of the account or of none", () => {
    expect(arns().length).toBeGreaterThan(60);
    expect(new Set(arns().map(([, one]) => one))).toEqual(new Set([partition]));
    expect(new Set(arns().map(([, , , one]) => one))).toEqual(new Set([region, ""]));
    expect(new Set(arns().map(([, , , , one]) => one))).toEqual(new Set([accountId, ""]));
  });

  test("only what belongs to no account goes without one: images, snapshots, objects and AWS's parameters", () => {
    const without = arns()
      .filter(([, , , , account]) => account === "")
      .map(([, , service, , , resource = ""]) => (service === "s3" ? "s3" : resource));

    expect(new Set(without)).toEqual(
      new Set(["s3", "image/*", "snapshot/*", "parameter/aws/service/ami-windows-latest/*"]),
    );
  });

  test("no other Region stands anywhere", () => {
    const text = JSON.stringify(graph.resources.map(({ inputs }) => inputs));

    const regions = text.match(/\b(us|eu|ap|sa|ca|cn|af|me|il|mx)(-gov)?-(north|south|east|west|central)+-\d\b/g) ?? [];
    expect(regions.filter((one) => one !== region)).toEqual([]);
  });

  test("instances assume their roles by the name that EC2 has there, and Packer may give them away to it", () => {
    const trusted = ["GuestRole", "HarvestRole"].flatMap((name) =>
      statementsOf(graph.named(name).inputs.assumeRolePolicy).map(({ Principal }) => Principal),
    );
    const passing = (graph.named("BuildRole").inputs.inlinePolicies as { policy: string }[])
      .flatMap(({ policy }) => statementsOf(policy))
      .find(({ Action }) => list(Action).includes("iam:PassRole"));

    expect(trusted).toEqual([{ Service: ec2 }, { Service: ec2 }]);
    expect(passing?.Condition).toEqual({ StringLike: { "iam:PassedToService": "ec2.amazonaws.com*" } });
  });

  test("event source mappings bear the default tags where AWS can tag them, and none where it cannot", () => {
    const untagged = graph.ofType("pulumi:providers:aws").filter(({ inputs }) => !("defaultTags" in inputs));

    expect(untagged.map(({ name }) => name)).toEqual(partition === "aws" ? [] : ["Untagged"]);
    expect(graph.resources.filter((one) => one.provider?.includes("::Untagged")).map(({ name }) => name)).toEqual(
      partition === "aws" ? [] : ["ReconcileTriggers"],
    );
  });
});

describe("where AWS has no function URLs", () => {
  const variants = [{ windows: 2022 as const, kubernetes: "1.35" }];
  const places = [
    ["eu-central-2", "aws"],
    ["us-gov-west-1", "aws-us-gov"],
    ["cn-north-1", "aws-cn"],
  ] as const;

  test.each(places)(
    "a deployment that wants one is refused by the name of the Region: %s",
    async (region, partition) => {
      const deploying = graphOf({ variants }, "trial", { partition, region, accountId });

      await expect(deploying).rejects.toThrow(
        `config.ts: AWS has no function URLs in ${region}; with policies.functionUrl: false callers invoke the function itself`,
      );
    },
    120_000,
  );

  test.each(places)(
    "there is none, and a deployment prints the function's name: %s",
    async (region, partition) => {
      const graph = await graphOf({ variants, policies: { functionUrl: false } }, "trial", {
        partition,
        region,
        accountId,
      });

      expect(graph.ofType("aws:lambda/functionUrl:FunctionUrl")).toEqual([]);
      expect(graph.outputs).toMatchObject({ apiFunction: graph.named("ApiFunction").inputs.name });
      expect(graph.outputs).not.toHaveProperty("api");
    },
    120_000,
  );
});
