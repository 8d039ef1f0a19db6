import { GetParameterCommand, ListTagsForResourceCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { channelParameter } from "../../../functions/config/channel-names.ts";
import { isRepeated } from "../../../functions/domain/requests.ts";
import { core } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

let aws: Aws;
let surroundings: Surroundings;
let channels: typeof import("../../../functions/io/channels.ts");
let requests: typeof import("../../../functions/io/requests.ts");
let stages = 0;

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("parameters");
  channels = await import("../../../functions/io/channels.ts");
  requests = await import("../../../functions/io/requests.ts");
});

beforeEach(() => aws.emulator.parameterValidation({ delayMs: 20 }));
afterAll(() => aws?.stop());

function newStage(): Promise<Service> {
  return startService(aws, surroundings, `parameters-${++stages}`);
}

async function tagsOf(ResourceId: string): Promise<Record<string, string>> {
  const { TagList = [] } = await new SSMClient({}).send(
    new ListTagsForResourceCommand({ ResourceType: "Parameter", ResourceId }),
  );
  return Object.fromEntries(TagList.map(({ Key = "", Value = "" }) => [Key, Value]));
}

async function versionOf(Name: string): Promise<number | undefined> {
  return (await new SSMClient({}).send(new GetParameterCommand({ Name }))).Parameter?.Version;
}

const tagsIn = (stage: string) => ({
  project: "eks-windows-images",
  "eks-windows-images:stage": stage,
  "eks-windows-images:variant": core,
});

describe("a channel", () => {
  test("is tagged with project, stage and variant by its first write, and keeps the tags", async () => {
    const service = await newStage();
    const parameter = channelParameter(service.environment.CHANNELS_PREFIX, core, "stable");
    const first = await service.image("first", 9);
    await service.reconcile();
    await service.settled();
    expect(await service.holds("stable")).toBe(first);
    const atFirst = await tagsOf(parameter);

    await service.reconcile();
    const second = await service.image("second", 5);
    await service.reconcile();
    await service.settled();
    expect(await service.holds("stable")).toBe(second);

    expect(atFirst).toEqual(tagsIn(service.environment.STAGE));
    expect(await tagsOf(parameter)).toEqual(atFirst);
  });

  test("that another writer has created meanwhile is left to the next run", async () => {
    const service = await newStage();
    await service.image("first", 9);
    const lift = await aws.emulator.failCalls({ operation: "PutParameter", code: "ParameterAlreadyExists" });

    const outcomes = await service.reconcile();
    await lift();

    expect(outcomes.map(({ action, result }) => [action.do, result])).toEqual([
      ["publish", "stale"],
      ["publish", "stale"],
    ]);
  });

  test("is created by only one of two first writers", async () => {
    const { environment, image, holds, settled } = await newStage();
    const [one, other] = [await image("one", 9), await image("other", 8)];
    await channels.writeChannel(environment, core, "stable", one, true);
    await settled();
    expect(await holds("stable")).toBe(one);

    expect(await channels.writeChannel(environment, core, "stable", other, true)).toBe(false);
    await settled();
    expect(await holds("stable")).toBe(one);
  });
});

describe("a request", () => {
  const requestOf = (id: string) => ({
    id,
    reason: "a new agent",
    by: "arn:aws:iam::1:user/ann",
    at: "2026-11-04T12:00:00Z",
  });
  const readOf = async ({ REQUESTS_PREFIX }: Service["environment"]) =>
    (await requests.readRequests(REQUESTS_PREFIX))[core];

  test("is tagged with project, stage and variant, and so is its successor", async () => {
    const { environment } = await newStage();

    await requests.writeRequest(environment, core, requestOf("one"), undefined);
    await requests.writeRequest(environment, core, requestOf("two"), await readOf(environment));

    expect(await tagsOf(`${environment.REQUESTS_PREFIX}/${core}`)).toEqual(tagsIn(environment.STAGE));
    expect(await readOf(environment)).toMatchObject({ id: "two", earlier: ["one"] });
  });

  test("survives a simultaneous first request: the later one remembers the earlier", async () => {
    const { environment } = await newStage();

    await Promise.all(["one", "two"].map((id) => requests.writeRequest(environment, core, requestOf(id), undefined)));

    const known = await readOf(environment);
    expect(["one", "two"].map((id) => isRepeated(known, id))).toEqual([true, true]);
  });

  test("that is made twice at the same time is written once", async () => {
    const { environment } = await newStage();

    await Promise.all(["one", "one"].map((id) => requests.writeRequest(environment, core, requestOf(id), undefined)));

    expect(await versionOf(`${environment.REQUESTS_PREFIX}/${core}`)).toBe(1);
  });

  test("replaces a parameter that a person has edited beyond recognition", async () => {
    const { environment } = await newStage();
    const Name = `${environment.REQUESTS_PREFIX}/${core}`;
    await new SSMClient({}).send(new PutParameterCommand({ Name, Value: "please rebuild", Type: "String" }));

    await requests.writeRequest(environment, core, requestOf("one"), undefined);

    expect(await readOf(environment)).toMatchObject({ id: "one" });
  });
});
