import { parse } from "@cdktf/hcl2json";
import { describe, expect, test } from "vitest";
import { read } from "./files.ts";
import { mistakesIn } from "./provider-types.ts";

type Blocks = Record<string, Record<string, Record<string, object[]>>>;

/** What is wrong with the resources and data sources of a configuration. */
async function mistakes(text: string): Promise<string[]> {
  const { resource = {}, data = {} }: Blocks = await parse("example.tf", text);
  return Object.entries({ resource, data }).flatMap(([sort, types]) =>
    Object.entries(types).flatMap(([type, named]) =>
      Object.values(named).flatMap((blocks) => blocks.flatMap((block) => mistakesIn(`${sort} ${type}`, block))),
    ),
  );
}

const example = read("auto-scaling-group.tf");

test("the provider has every argument of auto-scaling-group.tf", async () => {
  expect(await mistakes(example)).toEqual([]);
});

test("the example names the provider that its types are of", async () => {
  const { terraform } = await parse("example.tf", example);

  expect(terraform[0].required_providers[0].aws).toEqual({ source: "hashicorp/aws", version: "~> 6.0" });
});

describe("what the provider does not have is found:", () => {
  test.each([
    ["an argument", "image_id ", "ami_id ", "resource aws_launch_template: there is no ami_id"],
    ["a block", "instance_refresh {", "refresh {", "resource aws_autoscaling_group: there is no refresh"],
    ["a text for a number", "= 900", '= "15 minutes"', ".initial_lifecycle_hook[0].heartbeat_timeout is not a number"],
    ["a text for a truth value", "auto_rollback = false", 'auto_rollback = "off"', "auto_rollback is not a boolean"],
    [
      "no value for what is needed",
      'lifecycle_transition = "autoscaling:EC2_INSTANCE_TERMINATING"',
      "",
      "[0]: lifecycleTransition is missing",
    ],
    ["a text for a list", "= var.subnet_ids", '= "subnet-1"', "vpc_zone_identifier is not a list"],
    ["a resource of another name", '"aws_autoscaling_group" ', '"aws_auto_scaling_group" ', "no types are known"],
  ])("%s", async (_, text, other, mistake) => {
    expect(example).toContain(text);
    expect((await mistakes(example.replace(text, other))).join("\n")).toContain(mistake);
  });

  test("a block that may occur once", async () => {
    const twice = example.replace("  metadata_options {", "  metadata_options {\n  }\n  metadata_options {");
    expect(await mistakes(twice)).toEqual(["resource aws_launch_template.metadata_options occurs more than once"]);
  });
});

test("a file that is no HCL is refused", async () => {
  await expect(parse("example.tf", "resource {{")).rejects.toThrow();
});
