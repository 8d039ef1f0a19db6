import { expect, test } from "vitest";
import { parse } from "yaml";
import { config } from "../../../examples/node-starts.config.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { cloudFormation, read } from "../../examples/files.ts";

const fastLaunch = config.policies?.fastLaunch;

test("the example is a configuration, and its fleet the group of the template that can use Fast Launch", () => {
  const { policies, fleets } = parseConfiguration(config);
  const { Resources } = parse(read("node-starts.cfn.yaml"), { customTags: cloudFormation });

  expect(policies.fastLaunch?.channels).toEqual(["stable"]);
  expect(fleets.map(({ group, channel }) => [group, channel])).toEqual([
    [Resources.Group.Properties.AutoScalingGroupName, "stable"],
  ]);
});

test.each([
  [{ maxParallelLaunches: 5 }, "maxParallelLaunches"],
  [{ maxParallelLaunches: 41 }, "at most the quota"],
  [{ channels: ["stable", "stable"] as ["stable", "stable"] }, "each channel once"],
  [{ launchTemplate: { name: "windows-fast-launch", version: "$Latest" } }, "the number of a version"],
])("with %o it is refused", (change, why) => {
  expect(() => parseConfiguration({ ...config, policies: { fastLaunch: { ...fastLaunch, ...change } } })).toThrow(why);
});
