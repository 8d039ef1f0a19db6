import { beforeAll, describe, expect, test } from "vitest";
import { requireFunctionUrls } from "../../infra/function-urls.ts";
import { network, variants } from "./deployments.ts";
import { type Graph, graphOf, list, statementsOf } from "./graph.ts";

const accountId = "210987654321";

describe.each([
  ["aws", "eu-central-1", "ec2.amazonaws.com"],
  ["aws-us-gov", "us-gov-west-1", "ec2.amazonaws.com"],
  ["aws-cn", "cn-north-1", "ec2.amazonaws.com.cn"],
])("in partition %s", (partition, region, ec2) => {
  let graph: Graph;
  beforeAll(async () => {
    const configuration = {
      variants,
      policies: { network, retention: { deregister: true }, functionUrl: partition === "aws" },
    };
    graph = await graphOf(configuration, "trial", { partition, region, accountId });
  });

  function arns(): string[][] {
    const found = graph.resources.flatMap(({ inputs }) => JSON.stringify(inputs).match(/arn:[a-z-]*:[^"\\]*/g) ?? []);
    return found.map((arn) => arn.split(":"));
  }

  test("every ARN has the partition, and the Region and account or none", () => {
    expect(arns().length).toBeGreaterThan(60);
    expect(new Set(arns().map(([, one]) => one))).toEqual(new Set([partition]));
    expect(new Set(arns().map(([, , , one]) => one))).toEqual(new Set([region, ""]));
    expect(new Set(arns().map(([, , , , one]) => one))).toEqual(new Set([accountId, ""]));
  });

  test("only ARNs of S3, of images and snapshots and of AWS's parameters have no account", () => {
    const without = arns()
      .filter(([, , , , account]) => account === "")
      .map(([, , service, , , resource = ""]) => (service === "s3" ? "s3" : resource));

    expect(new Set(without)).toEqual(
      new Set(["s3", "image/*", "snapshot/*", "parameter/aws/service/ami-windows-latest/*"]),
    );
  });

  test("no resource contains the name of another Region", () => {
    const text = JSON.stringify(graph.resources.map(({ inputs }) => inputs));

    const regions = text.match(/\b(us|eu|ap|sa|ca|cn|af|me|il|mx)(-gov)?-(north|south|east|west|central)+-\d\b/g) ?? [];
    expect(regions.filter((one) => one !== region)).toEqual([]);
  });

  test("instances assume their roles under the partition's name of EC2, and Packer can pass the roles to it", () => {
    const trusted = ["GuestRole", "HarvestRole"].flatMap((name) =>
      statementsOf(graph.named(name).inputs.assumeRolePolicy).map(({ Principal }) => Principal),
    );
    const passing = (graph.named("BuildRole").inputs.inlinePolicies as { policy: string }[])
      .flatMap(({ policy }) => statementsOf(policy))
      .find(({ Action }) => list(Action).includes("iam:PassRole"));

    expect(trusted).toEqual([{ Service: ec2 }, { Service: ec2 }]);
    expect(passing?.Condition).toEqual({ StringLike: { "iam:PassedToService": "ec2.amazonaws.com*" } });
  });

  test("event source mappings have the default tags where AWS supports tags on them", () => {
    const untagged = graph.ofType("pulumi:providers:aws").filter(({ inputs }) => !("defaultTags" in inputs));

    expect(untagged.map(({ name }) => name)).toEqual(partition === "aws" ? [] : ["Untagged"]);
    expect(graph.resources.filter((one) => one.provider?.includes("::Untagged")).map(({ name }) => name)).toEqual(
      partition === "aws" ? [] : ["ReconcileTriggers"],
    );
  });

  test("a deployment prints the API's URL, or the function's name where AWS has no function URLs", () => {
    const urls = graph.ofType("aws:lambda/functionUrl:FunctionUrl");
    const printed = partition === "aws" ? "api" : "apiFunction";

    expect(urls).toHaveLength(partition === "aws" ? 1 : 0);
    expect(Object.keys(graph.outputs).filter((name) => name.startsWith("api"))).toEqual([printed]);
    if (partition !== "aws") expect(graph.outputs.apiFunction).toBe(graph.named("ApiFunction").inputs.name);
  });
});

describe("a Region without function URLs", () => {
  test.each(["eu-central-2", "us-gov-west-1", "cn-north-1"])("is refused if config.ts asks for one: %s", (region) => {
    expect(() => requireFunctionUrls(region, true)).toThrow(
      `config.ts: AWS has no function URLs in ${region}. Set policies.functionUrl: false`,
    );
    expect(() => requireFunctionUrls(region, false)).not.toThrow();
  });

  test("is refused before anything is deployed", async () => {
    const place = { partition: "aws", region: "eu-central-2", accountId };

    await expect(graphOf({ variants }, "trial", place)).rejects.toThrow("no function URLs in eu-central-2");
  });
});
