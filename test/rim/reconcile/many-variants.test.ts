import { countBy } from "es-toolkit";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { bigWorld } from "../../big-world.ts";
import type { Account } from "../../memory-aws/account.ts";
import { type Endpoint, serve, settings } from "../../memory-aws/endpoint.ts";
import { accountOf, environmentOf } from "../../memory-aws/from-world.ts";

const minute = 60_000;
const variants = 200;
const world = bigWorld(variants, 20, { calm: true, at: lastMinute() });
let account: Account;
let endpoint: Endpoint;
let reconcile: (event: unknown, context: unknown) => Promise<void>;

beforeAll(async () => {
  account = accountOf(world);
  endpoint = await serve(account);
  const policies = { kubernetesReleaseUrl: `${endpoint.url}/kubernetes` };
  const config = { variants: world.configuration.variants, policies };
  Object.assign(process.env, environmentOf(world), settings(endpoint), {
    POWERTOOLS_LOG_LEVEL: "SILENT",
    CALL_PACE: "1000000",
  });
  vi.doMock("../../../config.ts", () => ({ config }));
});

beforeEach(async () => {
  vi.resetModules();
  reconcile = (await import("../../../functions/reconcile.ts")).handler as never;
});

afterAll(() => endpoint?.stop());

function lastMinute(): string {
  return new Date(Math.floor(Date.now() / minute) * minute).toISOString();
}

/** How often a run called each operation: `ssm GetParametersByPath`. */
async function callsOfOneRun(): Promise<Record<string, number>> {
  const before = endpoint.calls.length;
  await reconcile({ Records: [] }, { getRemainingTimeInMillis: () => 5 * minute });
  return countBy(endpoint.calls.slice(before), ({ service, operation }) => `${service} ${operation}`);
}

describe("a run in which nothing is due", () => {
  test("makes no call twice that AWS answers in one: every list has its longest pages", async () => {
    const calls = await callsOfOneRun();

    const keys = (prefix: string) => [...account.objects.keys()].filter((key) => key.startsWith(prefix)).length;
    const pages = (items: number, length: number) => Math.ceil(items / length);
    const parameters =
      pages(2 * Object.keys(world.channels).length, 10) + pages(Object.keys(world.requests).length, 10);
    expect(calls).toMatchObject({
      "ssm GetParametersByPath": parameters,
      "ssm GetParameters": 1,
      // And one for AWS's own image.
      "ec2 DescribeImages": pages(world.images.length, 1000) + 1,
      "ec2 DescribeSnapshots": pages(world.images.length, 1000),
      "ec2 DescribeTags": 1,
      "s3 ListObjectsV2": pages(keys("records/"), 1000) + pages(keys("announced/"), 1000),
      "codebuild ListBuildsForProject": pages(world.builds.length, 100),
      "codebuild BatchGetBuilds": pages(world.builds.length, 100),
      "ec2 DescribeImageReferences": pages(variants / 20, 10),
    });
  });

  test("asks the Kubernetes host twice about a version, and never again in the same process", async () => {
    const about = (calls: object) => Object.keys(calls).filter((call) => call.includes("/v1.35.7/"));
    expect(about(await callsOfOneRun())).toHaveLength(2);
    expect(about(await callsOfOneRun())).toEqual([]);
  });

  test("describes builds that have ended long ago only once in a process", async () => {
    await callsOfOneRun();
    expect(await callsOfOneRun()).not.toHaveProperty("codebuild BatchGetBuilds");
  });
});
