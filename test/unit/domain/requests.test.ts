import { expect, test } from "vitest";
import { isRepeated, Request, succeed } from "../../../functions/domain/requests.ts";

const by = "arn:aws:iam::123456789012:user/ann";
const at = "2026-11-04T12:00:00.000Z";

function requests(ids: string[], reason = "because") {
  return ids.reduce<ReturnType<typeof succeed> | undefined>(
    (known, id) => succeed(known, { id, reason, by, at }),
    undefined,
  );
}

test("a repeated request is recognised among the latest and the twenty before it", () => {
  const ids = Array.from({ length: 25 }, (_, index) => `request-${index}`);

  const known = requests(ids);

  expect(ids.map((id) => isRepeated(known, id))).toEqual(ids.map((_, index) => index >= 4));
});

test("a request is new if the variant has none, or none with its ID", () => {
  expect(isRepeated(undefined, "one")).toBe(false);
  expect(isRepeated(requests(["one"]), "two")).toBe(false);
});

test("a request with the longest ID and reason fits into a parameter unclipped", () => {
  const ids = Array.from({ length: 25 }, (_, index) => `${index}`.padStart(128, "x"));
  const reason = "{{".repeat(125) + "ü".repeat(250);

  const known = requests(ids, reason);

  expect(Buffer.byteLength(JSON.stringify(known))).toBeLessThanOrEqual(4096);
  expect(known).toMatchObject({ id: ids.at(-1), reason });
  expect(isRepeated(known, ids.at(-2) ?? "")).toBe(true);
});

test.each(["{{ env `HOME` }}", "a b", "a\nb", ""])("a request that a person gave the ID %j is none", (id) => {
  expect(Request.safeParse({ id, reason: "because", by, at }).success).toBe(false);
});
