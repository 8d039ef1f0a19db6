import { globSync, readFileSync } from "node:fs";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { Call } from "../../functions/api/http.ts";
import { routesOf } from "../../functions/api/routes.ts";
import { calls } from "../../reference/openapi/calls.ts";
import { scene } from "../scene.ts";

const { configuration } = scene().world;
const unreachable = () => Promise.reject(new Error("a wrong call reads nothing"));
const routes = routesOf({
  configuration,
  environment: {} as never,
  observe: unreachable,
  observeImages: unreachable,
});

test("every route is documented, and no other call", () => {
  const named = (all: readonly { method: string; path: string }[]) =>
    all.map(({ method, path }) => `${method} ${path}`).toSorted();
  expect(named(calls)).toEqual(named(routes));
});

test("the functions import nothing of the reference, so that no bundle contains it", () => {
  const files = globSync("functions/**/*.ts");
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => /from "[./]+\/reference\//.test(readFileSync(file, "utf8")))).toEqual([]);
});

/** Every field of any call as a value that none takes, and a field that no call has. */
const wrong = Object.fromEntries(
  calls
    .flatMap(({ query, body }) => [query, body].flatMap((one) => Object.keys(one?.schema.shape ?? {})))
    .concat("another")
    .map((name) => [name, 7]),
);

async function errorOf(method: string, path: string, event: object): Promise<string> {
  const handler = routes.find((route) => route.method === method && route.path === path)?.handler;
  const error = await handler?.({ ...event, requestContext: {} } as unknown as Call, {} as never).then(
    () => new Error("accepted"),
    (refused: Error) => refused,
  );
  return JSON.parse(error?.message ?? "{}").error;
}

describe("the documented schema is the one that the handler parses", () => {
  test.each(calls.flatMap(({ method, path, body }) => (body ? [{ method, path, ...body }] : [])))(
    "the body of $method $path",
    async ({ method, path, schema }) => {
      const { error } = schema.safeParse(wrong);
      expect(await errorOf(method, path, { body: JSON.stringify(wrong) })).toBe(error && z.prettifyError(error));
    },
  );

  test.each(calls.filter(({ method }) => method === "GET"))("the query of $method $path", async ({ path, query }) => {
    const { error } = (query?.schema ?? z.strictObject({})).safeParse(wrong);
    expect(await errorOf("GET", path, { queryStringParameters: wrong })).toBe(error && z.prettifyError(error));
  });
});

test("the OpenAPI document is one by Redocly's recommended rules", async () => {
  const config = await createConfig({ extends: ["recommended-strict"], rules: { "operation-4xx-response": "error" } });
  const problems = await lintFromString({ source: readFileSync("docs/openapi.yaml", "utf8"), config });
  expect(problems.map(({ ruleId, message, location: [at] }) => `${ruleId}: ${message} ${at?.pointer ?? ""}`)).toEqual(
    [],
  );
});
