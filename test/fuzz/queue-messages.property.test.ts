import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scheduledTriggers, triggerOf } from "../../functions/domain/trigger.ts";
import { bigWorld } from "../big-world.ts";
import { cases } from "../depth.ts";
import { type Functions, lambda, logged, secret, startFunctions } from "./functions.ts";
import { assertProperty, hostileJson, hostileText, orHostile, safe } from "./hostile.ts";

/** A message in the shape of a known trigger, with hostile values. */
const nearly = fc
  .record(
    {
      trigger: orHostile(...scheduledTriggers, "manual"),
      variant: hostileText,
      call: hostileText,
      "detail-type": orHostile("CodeBuild Build State Change", "Parameter Store Change"),
      detail: fc.record(
        {
          "build-id": hostileText,
          "build-status": hostileText,
          operation: hostileText,
          name: hostileText,
          exception: hostileText,
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  .map((message) => JSON.stringify(message));

const message = fc.oneof(nearly, hostileJson);

describe("a message in the queue, whatever it says", () => {
  test("is a trigger of a known kind or an unknown one, and what it was about fits into a line of the log", () =>
    safe(message, (body) => {
      const { kind, about } = triggerOf(body);
      expect([...scheduledTriggers, "build", "channel", "manual", "unknown"]).toContain(kind);
      expect(about.length).toBeLessThanOrEqual(200);
    }));

  test("may have the 1 MiB that SQS takes", () => {
    const call = '"'.repeat(524_000);
    const { kind, about } = triggerOf(JSON.stringify({ trigger: "manual", variant: "core", call }));
    expect([kind, about]).toEqual(["manual", `core ${call}`.slice(0, 200)]);
  });

  let functions: Functions;
  beforeAll(async () => {
    functions = await startFunctions(bigWorld(2, 3, { calm: true, at: new Date().toISOString() }));
  });
  afterAll(() => functions?.endpoint.stop());

  test("starts one reconcile run, which succeeds and logs it in whole lines of JSON", async () => {
    const reconcile = await functions.load("reconcile");
    const batch = fc.array(message, { minLength: 50, maxLength: 50 });
    await assertProperty(
      fc.asyncProperty(batch, async (bodies) => {
        const event = { Records: bodies.map((body) => ({ body })) };
        const { lines } = await logged(() => reconcile(event, lambda));
        expect(lines.join("")).not.toContain(secret);
        const parsed = lines.map((line) => JSON.parse(line) as { level?: string; message?: string; trigger?: object });
        expect(parsed.filter(({ trigger }) => trigger)).toHaveLength(bodies.length);
        expect(parsed.filter(({ level }) => level === "ERROR")).toEqual([]);
        // A longer line is cut, and then it is no JSON (CloudWatch Logs quotas: 1 MiB an event).
        for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThan(100_000);
      }),
      { numRuns: cases(3, 200) },
    );
  });
});
