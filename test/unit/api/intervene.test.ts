import { describe, expect, test } from "vitest";
import type { Call } from "../../../functions/api/http.ts";
import { intervene } from "../../../functions/api/intervene.ts";
import { decideRevoke } from "../../../functions/api/interventions.ts";
import { readEnvironment } from "../../../functions/config/environment.ts";
import { scene } from "../../scene.ts";

const environment = readEnvironment({
  STAGE: "test",
  RECIPE: "a".repeat(64),
  HARVEST_RECIPE: "e".repeat(64),
  PROJECT_NAME: "builds",
  TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:topic",
  QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/123456789012/queue",
  BUCKET: "bucket",
  CHANNELS_PREFIX: "/channels",
  REQUESTS_PREFIX: "/requests",
  FLEETS_PREFIX: "/fleets",
  INSTANCE_PROFILES: "guest,harvest",
});
const call = { requestContext: { http: { method: "POST", path: "/revoke" } } } as Call;

/** The dry run of a revocation while the world cannot be read within the function's remaining time. */
async function planOf(remaining: number, observe: () => Promise<never>) {
  const { world } = scene().published("ami-1");
  const { body } = await intervene(
    { environment, observe, observeImages: async () => world },
    {
      what: "revoke",
      body: { image: "ami-1", reason: "breaks networking", dryRun: true },
      call,
      lambda: { getRemainingTimeInMillis: () => remaining },
      decide: decideRevoke,
    },
  );
  return JSON.parse(body ?? "");
}

describe("a decision does not wait for its plan", () => {
  test("longer than 15 seconds before the function's time-out", async () => {
    expect(await planOf(15_010, () => new Promise(() => {}))).toMatchObject({
      message: expect.stringContaining("ami-1 is revoked"),
      plan: null,
      planUnknown: "reading the world takes too long",
    });
  });

  test("if no time is left, and then does not even ask for the world", async () => {
    let asked = false;
    const observe = () => {
      asked = true;
      return Promise.reject(new Error("CodeBuild does not answer"));
    };

    expect(await planOf(14_000, observe)).toMatchObject({
      plan: null,
      planUnknown: "no time is left to read the world",
    });
    expect(asked).toBe(false);
  });
});
