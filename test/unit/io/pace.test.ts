import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { shareOfRates } from "../../../bench/share-of-rates.ts";
import { type Rate, rates, turnsAt } from "../../../functions/io/pace.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** When callers that ask all at once get their turns, in milliseconds. */
async function timesOf(rate: Rate, callers: number): Promise<number[]> {
  const began = performance.now();
  const turn = turnsAt(rate, 1);
  const times: number[] = [];
  const all = Array.from({ length: callers }, () => turn().then(() => times.push(performance.now() - began)));
  await vi.runAllTimersAsync();
  await Promise.all(all);
  return times;
}

describe("a thousand calls at once never take more than half of what an account may call by default:", () => {
  test.each<[string, Rate, { service: string; operation: string }]>([
    ["EC2's reads", rates.ec2Reads, { service: "ec2", operation: "DescribeImages" }],
    ["EC2's writes", rates.ec2Writes, { service: "ec2", operation: "CreateTags" }],
    ["Parameter Store's reads", rates.parameterReads, { service: "ssm", operation: "GetParametersByPath" }],
    ["Parameter Store's writes", rates.channelWrites, { service: "ssm", operation: "PutParameter" }],
  ])("%s", async (_, rate, call) => {
    const times = await timesOf(rate, 1_000);

    expect(times).toHaveLength(1_000);
    // The epoch of the rates is that of a full bucket.
    expect(shareOfRates(times.map((at) => ({ ...call, at: at + 1e9 })))).toBeLessThanOrEqual(0.51);
  });
});

test("a few calls do not wait", async () => {
  expect(await timesOf(rates.parameterReads, 5)).toEqual([0, 0, 0, 0, 0]);
});
