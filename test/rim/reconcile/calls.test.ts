import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mapKeys } from "es-toolkit";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ConfigurationInput, parseConfiguration } from "../../../functions/config/configuration.ts";
import { second } from "../../../functions/config/time.ts";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import { inputsToTags, tagPrefix } from "../../../functions/domain/inputs.ts";
import { stateOf } from "../../../functions/domain/variant-state.ts";
import type { World } from "../../../functions/domain/world.ts";
import { publishAll } from "../../../local/aws/public-images.ts";
import { day, minute } from "../../world.ts";
import { type Aws, startAws } from "../aws.ts";
import { type CodeBuild, startCodeBuild } from "../codebuild.ts";
import { validated } from "../progress.ts";
import { type Service, startService, startSurroundings } from "../service.ts";

/** Twelve variants, each with a base of its own; one needs a harvest. */
const variants: ConfigurationInput["variants"] = (["1.34", "1.35", "1.36"] as const).flatMap((kubernetes) =>
  ([2019, 2022] as const).flatMap((windows) =>
    (["Core", "Full"] as const).map((edition) => {
      const assembled = kubernetes === "1.35" && windows === 2022 && edition === "Core";
      return { windows, edition, kubernetes, base: assembled ? ("Base" as const) : undefined };
    }),
  ),
);
let aws: Aws;
let codebuild: CodeBuild;
let service: Service;
let config: ConfigurationInput;
type Handler = (event: unknown, context: unknown) => Promise<unknown>;
let reconcile: Handler;
let api: Handler;

beforeAll(async () => {
  aws = await startAws();
  codebuild = await startCodeBuild("project", () => new Date());
  await publishAll(aws.emulator, new Date(Date.now() - 2 * day));
  for (const patch of ["1.34.9", "1.35.7", "1.36.2"]) aws.upstream.setKubernetes(patch);
  const surroundings = await startSurroundings("calls");
  service = await startService(aws, surroundings, "calls");
  Object.assign(process.env, service.environment, {
    AWS_ENDPOINT_URL_CODEBUILD: codebuild.url,
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
  config = { variants, policies: { kubernetesReleaseUrl: aws.upstream.url } };
  vi.doMock("../../../config.ts", () => ({ config }));
  reconcile = (await import("../../../functions/reconcile.ts")).handler as never;
  api = (await import("../../../functions/api.ts")).handler as never;
});

afterAll(async () => {
  await codebuild?.stop();
  await aws?.stop();
});

/** Each variant has what it wants: a request, and an image with its inputs that was made and proved yesterday. */
async function satisfy(): Promise<void> {
  const { observe } = await import("../../../functions/io/observe.ts");
  const { writeRequest } = await import("../../../functions/io/requests.ts");
  const configuration = parseConfiguration(config);
  for (const { name } of configuration.variants) {
    const request = { id: `request-of-${name}`, reason: "a new agent", by: "ann", at: new Date().toISOString() };
    await writeRequest(service.environment, name, request, undefined);
  }
  await harvest(await observe(service.environment, configuration, Date.now(), () => day));
  const world = await observe(service.environment, configuration, Date.now(), () => day);
  for (const variant of configuration.variants) {
    const { desired, unknown } = stateOf(indexWorld(world), variant);
    if (unknown.length > 0) throw new Error(unknown.join());
    const inputs = mapKeys(inputsToTags(desired), (_, key) => key.slice(tagPrefix.length));
    await service.image(variant.name, 1, { variant: variant.name, ...inputs });
  }
  // Retention would disable it, but an instance runs it.
  const old = await service.image("old", 60, { proof: "failed" });
  await new EC2Client({}).send(new RunInstancesCommand({ ImageId: old, MinCount: 1, MaxCount: 1 }));
}

/** Files were harvested from each EKS image that a variant needs. */
async function harvest({ upstream }: World): Promise<void> {
  const { manifestKey } = await import("../../../functions/io/harvests.ts");
  const file = { path: "start.ps1", sha256: "f".repeat(64), bytes: 1 };
  const Body = JSON.stringify({ files: [file], recipe: service.environment.HARVEST_RECIPE });
  for (const { harvestSource } of Object.values(upstream))
    if (harvestSource?.state === "known")
      await new S3Client({}).send(
        new PutObjectCommand({ Bucket: service.environment.BUCKET, Key: manifestKey(harvestSource.value), Body }),
      );
}

/** The AWS calls of one reconcile run, `ec2 DescribeImages` and so on, sorted. */
async function callsOfOneRun(): Promise<string[]> {
  await validated(aws.emulator, service.environment.CHANNELS_PREFIX);
  return callsDuring(() => reconcile({ Records: [{ body: JSON.stringify({ trigger: "base-ami" }) }] }, lasting(day)));
}

async function callsDuring(work: () => Promise<unknown>): Promise<string[]> {
  const before = (await aws.emulator.calls()).length;
  const builds = codebuild.calls.length;
  await work();
  return [
    ...(await aws.emulator.calls(before)).map((call) => `${call.service} ${call.operation}`),
    ...codebuild.calls.slice(builds).map((operation) => `codebuild ${operation}`),
  ].toSorted();
}

/** The context of an invocation that may last so many milliseconds more. */
function lasting(remaining: number) {
  return { functionName: "function", awsRequestId: "1", getRemainingTimeInMillis: () => remaining };
}

test("a reconcile run in which nothing has changed makes at most 18 AWS calls for 12 variants", async () => {
  // A build in the history, of which CodeBuild has to be asked the details.
  codebuild.reset().StartBuild({ projectName: "project", environmentVariablesOverride: [] });
  await satisfy();
  // The first run publishes the images, the second one reads them back and notifies subscribers.
  const first = await callsOfOneRun();
  await callsOfOneRun();

  const calls = await callsOfOneRun();

  expect(variants).toHaveLength(12);
  expect(calls).toContain("s3 GetObject");
  expect(first.filter((call) => call === "ssm PutParameter")).toHaveLength(24);
  // Each write reads the records anew, twice; those at the same time share it.
  expect(first.filter((call) => call === "s3 ListObjectsV2").length).toBeLessThan(24);
  expect(calls.filter((call) => !/ (Describe|Get|List|BatchGet)/.test(call))).toEqual([]);
  expect(calls).toContain("ec2 DescribeImageReferences");
  expect(calls.length, calls.join("\n")).toBeLessThanOrEqual(18);
});

describe("what can wait is not asked once only this much of the function's time is left:", () => {
  const waiting = ["ec2 DescribeImageReferences", "ec2 DescribeTags"];
  const requestContext = { requestId: "request-1", http: { method: "GET", path: "/plan" } };
  const getPlan = { version: "2.0", requestContext, rawPath: "/plan" };

  test.each<[string, number, () => Handler, object]>([
    ["the half of reconcile that is for acting", 2.5 * minute, () => reconcile, { Records: [] }],
    ["api's five seconds for the plan", 5 * second, () => api, getPlan],
  ])("%s", async (_, reserved, handler, event) => {
    const asked = (remaining: number) => callsDuring(() => handler()(event, lasting(remaining)));

    expect(await asked(reserved + minute)).toEqual(expect.arrayContaining(waiting));
    const late = await asked(reserved);
    expect(late).toContain("codebuild ListBuildsForProject");
    for (const call of waiting) expect(late).not.toContain(call);
  });
});
