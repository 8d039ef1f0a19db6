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
  // The name of one stage begins with the name of the other, so that a wrong prefix matches both.
  one = await startService(aws, surroundings, "production");
  other = await startService(aws, surroundings, "production-2");
});

afterAll(() => aws?.stop());

describe("two stages in one account with the same variant", () => {
  test("see only their own images", async () => {
    const [own, foreign] = [await one.image("a", 3), await other.image("a", 2)];

    expect((await one.observe()).images.map(({ id }) => id)).toEqual([own]);
    expect((await other.observe()).images.map(({ id }) => id)).toEqual([foreign]);
  });

  test("see and write only their own channels", async () => {
    const [own, foreign] = [await one.image("b", 1.5), await other.image("b", 1.5)];

    await one.reconcile();
    await one.settled();
    expect(await one.holds("stable")).toBe(own);
    expect(await other.holds("stable")).toBeUndefined();
    await other.reconcile();

    await other.settled();
    expect(await other.holds("stable")).toBe(foreign);
    expect(await one.holds("stable")).toBe(own);
  });

  test("read only their own requests", async () => {
    const { readRequests } = await import("../../../functions/io/requests.ts");
    const { REQUESTS_PREFIX } = other.environment;
    const Value = JSON.stringify({ id: "again", reason: "a test", by: "ann", at: "2026-11-04T12:00:00Z" });
    await new SSMClient({}).send(
      new PutParameterCommand({ Name: `${REQUESTS_PREFIX}/${core}`, Value, Type: "String" }),
    );

    expect(Object.keys(await readRequests(REQUESTS_PREFIX))).toEqual([core]);
    expect(await readRequests(one.environment.REQUESTS_PREFIX)).toEqual({});
  });
});
