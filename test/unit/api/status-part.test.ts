import { describe, expect, test } from "vitest";
import { answer, parseQuery } from "../../../functions/api/http.ts";
import { statusOf } from "../../../functions/api/status.ts";
import { queryExamples, StatusQuery } from "../../../functions/api/status-part.ts";
import { bigWorld } from "../../big-world.ts";
import { scene } from "../../scene.ts";
import { pageOf, pagesOf } from "../../status-pages.ts";

/** The most that Lambda answers, in bytes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostOfLambda = 6 * 1024 * 1024;

describe("a status of 1,000 variants with 20 images each", () => {
  const world = bigWorld(1_000);
  const whole = statusOf(world, "/channels");

  test("is read in pages that Lambda can answer and that leave nothing out", () => {
    const pages = pagesOf(world);

    expect(pages.length).toBeGreaterThan(1);
    expect(Math.max(...pages.map((page) => bytesOf(page)))).toBeLessThan(mostOfLambda);
    expect(pages.flatMap(({ variants }) => variants)).toEqual(whole.variants);
    expect(pages.flatMap(({ removedVariants }) => removedVariants)).toEqual(whole.removedVariants);
  });

  test("is one page without the images", () => {
    const [page, ...others] = pagesOf(world, { images: "none" });

    expect(others).toEqual([]);
    expect(bytesOf(page)).toBeLessThan(mostOfLambda);
    expect(page?.variants).toEqual(whole.variants.map(({ images, ...variant }) => variant));
    expect(page?.removedVariants).toEqual(whole.removedVariants.map(({ images, ...variant }) => variant));
  });

  test.each(["line-700", "removed-3"])("says everything of one variant alone: %s", (variant) => {
    const { variants, removedVariants, next } = pageOf(world, { variant });

    const all = [...whole.variants, ...whole.removedVariants];
    expect([...variants, ...removedVariants]).toEqual([all.find((one) => one.variant === variant)]);
    expect(next).toBeNull();
  });
});

/** What Lambda counts of an answer. */
function bytesOf(page: unknown): number {
  return Buffer.byteLength(JSON.stringify(answer(200, page)));
}

test("a page has a variant even if there is no room for it, and every page says how the next one is asked for", () => {
  const world = bigWorld(3);

  const pages = pagesOf(world, { images: "none", room: 1 });

  expect(pages.map(({ next }) => next)).toEqual([
    "/?from=line-1&images=none",
    "/?from=line-2&images=none",
    "/?from=removed-0&images=none",
    null,
  ]);
});

test("a status without variants is one empty page", () => {
  const { world } = scene();
  world.configuration.variants = [];

  expect(pageOf(world)).toMatchObject({ variants: [], removedVariants: [], next: null });
});

test.each(["variant", "from"])(
  "a status that begins at an unknown variant (%s) is refused with the known ones",
  (name) => {
    expect(() => pageOf(bigWorld(2), { [name]: "line-2" })).toThrow(
      expect.objectContaining({
        statusCode: 404,
        message: '{"error":"there is no variant \\"line-2\\"","allowed":{"variant":["line-0","line-1","removed-0"]}}',
      }),
    );
  },
);

describe("the query of a status", () => {
  test("needs to say nothing", () => {
    expect(parseQuery({} as never, StatusQuery, queryExamples)).toEqual({ images: "all" });
  });

  test.each([
    ["an unknown name", { limit: "10" }, /limit/],
    ["an unknown value", { images: "some" }, /all.*none.*images/s],
    ["one variant and a page", { variant: "line-0", from: "line-1" }, /variant or from, not both/],
  ])("is refused if it has %s", (_, queryStringParameters, why) => {
    expect(() => parseQuery({ queryStringParameters } as never, StatusQuery, queryExamples)).toThrow(
      expect.objectContaining({ statusCode: 400, message: expect.stringMatching(why) }),
    );
  });
});
