import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { core } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, startService, startSurroundings } from "../service.ts";

let aws: Aws;
let one: Service;
let other: Service;
beforeAll(async () => {
  aws = await startAws();
  const surroundings = await startSurroundings("stages");
  // One's name begins with the other's: the nearest neighbours that there can be.
  one = await startService(aws, surroundings, "production");
  other = await startService(aws, surroundings, "production-2");
});

afterAll(() => aws?.stop());

describe("Two stages in one account, with the same variant", () => {
  test("see their own images only", async () => {
    const [own, foreign] = [await one.image("a", 3), await other.image("a", 2)];

    expect((await one.observe()).images.map(({ id }) => id)).toEqual([own]);
    expect((await other.observe()).images.map(({ id }) => id)).toEqual([foreign]);
  });

  test("see and write their own channels only", async () => {
    const [own, foreign] = [await one.image("b", 1.5), await other.image("b", 1.5)];

    await one.reconcile();
    await expect.poll(() => one.holds("stable"), { timeout: 10_000 }).toBe(own);
    expect(await other.holds("stable")).toBeUndefined();
    await other.reconcile();

    await expect.poll(() => other.holds("stable"), { timeout: 10_000 }).toBe(foreign);
    expect(await one.holds("stable")).toBe(own);
  });

  test("read their own requests only", async () => {
    const { readRequests } = await import("../../../functions/io/requests.ts");
    const { REQUESTS_PREFIX } = other.environment;
    const Value = JSON.stringify({ id: "again", reason: "a test", by: "somebody", at: "2026-11-04T12:00:00Z" });
    await new SSMClient({}).send(
      new PutParameterCommand({ Name: `${REQUESTS_PREFIX}/${core}`, Value, Type: "String" }),
    );

    expect(Object.keys(await readRequests(REQUESTS_PREFIX))).toEqual([core]);
    expect(await readRequests(one.environment.REQUESTS_PREFIX)).toEqual({});
  });
});
