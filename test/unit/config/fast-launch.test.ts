import { describe, expect, test } from "vitest";
import { type ConfigurationInput, parseConfiguration } from "../../../functions/config/configuration.ts";
import { hour } from "../../scene.ts";
import { errorFor } from "./error-for.ts";

const variants: ConfigurationInput["variants"] = [{ windows: 2022, kubernetes: "1.35" }];
const withPolicy = (fastLaunch: unknown) => ({ variants, policies: { fastLaunch } });

describe("policies.fastLaunch", () => {
  test("is off unless it is written", () => {
    expect(parseConfiguration({ variants }).policies.fastLaunch).toBeUndefined();
  });

  test("gives stable's images five snapshots with the least that EC2 accepts, and no channel waits", () => {
    expect(parseConfiguration(withPolicy({})).policies.fastLaunch).toEqual({
      channels: ["stable"],
      targetResourceCount: 5,
      maxParallelLaunches: 6,
      before: "never",
      maxWait: 2 * hour,
      quota: 40,
    });
  });

  test.each([
    [{ channels: ["latest"] }, "policies.fastLaunch.channels[0]", "candidate, stable"],
    [{ channels: ["stable", "stable"] }, "policies.fastLaunch.channels", "each channel once"],
    [{ targetResourceCount: 0 }, "policies.fastLaunch.targetResourceCount is 0", "from 1 to 1000"],
    [{ maxParallelLaunches: 5 }, "policies.fastLaunch.maxParallelLaunches is 5", "from 6 to 1000"],
    [{ maxParallelLaunches: 41 }, "policies.fastLaunch.maxParallelLaunches is 41", "at most the quota"],
    [{ before: "build" }, "policies.fastLaunch.before", "publication, never"],
    [{ maxWait: "soon" }, "policies.fastLaunch.maxWait", "a time span such as"],
    [{ launchTemplate: { version: "3" } }, "policies.fastLaunch.launchTemplate", "either an id or a name"],
    [
      { launchTemplate: { id: "lt-0123456789abcdef0", name: "snapshots", version: "3" } },
      "policies.fastLaunch.launchTemplate",
      "either an id or a name",
    ],
    [
      { launchTemplate: { id: "lt-0123456789abcdef0", version: "$Latest" } },
      'policies.fastLaunch.launchTemplate.version is "$Latest"',
      "the number of a version",
    ],
    [{ launchTemplate: { id: "web", version: "1" } }, "policies.fastLaunch.launchTemplate.id", "lt-0123456789abcdef0"],
    [{ enabled: true }, "policies.fastLaunch.enabled", "no such field"],
  ])("refuses %j with what is allowed", (fastLaunch, field, allowed) => {
    const error = errorFor(withPolicy(fastLaunch));

    expect(error).toContain(field);
    expect(error).toContain(allowed);
  });
});
