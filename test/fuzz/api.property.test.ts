import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfiguration } from "../../functions/config/configuration.ts";
import { Request } from "../../functions/domain/requests.ts";
import { directEvent } from "../../local/lambda/http-event.ts";
import { bigWorld } from "../big-world.ts";
import { type Call, callsOf, eventOf } from "./calls.ts";
import { type Functions, lambda, logged, secret, startFunctions } from "./functions.ts";
import { controls, hostileJson, hostileText, safe } from "./hostile.ts";

const world = bigWorld(2, 3, { at: new Date().toISOString() });
const pool = { name: "pool", variant: "line-0", kind: "karpenter", cluster: "test", group: "pool" } as const;
const fleets = [{ ...pool, parameter: "own" as const, mode: "roll" as const, window: "always" as const }];
Object.assign(world.configuration, parseConfiguration({ variants: world.configuration.variants, fleets }));
let functions: Functions;
let api: (event: unknown) => Promise<{ statusCode: number; headers: Record<string, string>; body: string }>;

beforeAll(async () => {
  functions = await startFunctions(world);
});
afterAll(() => functions?.endpoint.stop());

async function loadApi(functionUrl: boolean): Promise<void> {
  const handler = await functions.load("api", { functionUrl }, fleets);
  api = async (event) => {
    functions.reset();
    const { result, lines } = await logged(() => handler(event, lambda));
    for (const line of lines) {
      expect(JSON.parse(line)).toHaveProperty("level");
      expect(Buffer.byteLength(line)).toBeLessThan(100_000);
    }
    const { objects, parameters, queued, images } = functions.account;
    const left = [[...objects], [...parameters], queued, [...images].map(([, { Tags }]) => Tags)];
    expect(`${lines}${JSON.stringify([result, left])}`).not.toContain(secret);
    return result as Awaited<ReturnType<typeof api>>;
  };
}

/** What a call may answer and leave behind, whatever it says. */
async function answersSafely(event: unknown): Promise<void> {
  const { statusCode, headers, body } = await api(event);
  expect(statusCode < 500 ? "clear" : `${statusCode} ${body}`).toBe("clear");
  expect(headers).toEqual({ "Content-Type": "application/json", ...(headers.Vary && { Vary: "Accept" }) });
  const said = JSON.parse(body);
  if (statusCode >= 400) {
    expect(said).toEqual({ error: expect.stringMatching(/./), allowed: expect.anything() });
    expect(body.length).toBeLessThan(10_000);
  } else expect([200, 202]).toContain(statusCode);
  leavesNothingHostile();
}

/** What outlives a call: tags, records, requests and messages. */
function leavesNothingHostile(): void {
  const { images, objects, parameters, queued } = functions.account;
  for (const { Tags = [] } of images.values())
    for (const { Key = "", Value = "" } of Tags) {
      expect(Key).toMatch(/^eks-windows-images:[a-zA-Z:-]+$/);
      expect(Value).not.toMatch(controls);
      expect(Value.isWellFormed()).toBe(true);
    }
  for (const [key, { body }] of objects) {
    expect(key).toMatch(/^(records|announced|harvest)\/[\w./*-]+$/);
    const { reason = "" } = body ? JSON.parse(body) : {};
    expect(reason).not.toMatch(controls);
  }
  for (const [name, { Value = "" }] of parameters)
    if (name.includes("/requests/")) expect(Request.parse(JSON.parse(Value)).reason).not.toMatch(controls);
  for (const message of queued) expect(JSON.parse(message)).toMatchObject({ trigger: "manual" });
}

describe("a call of the function URL, whatever it says,", () => {
  beforeAll(() => loadApi(true));

  test("is answered with JSON, refused clearly if it is wrong, and leaves nothing hostile behind", () =>
    safe(inputs, (input) => answersSafely(typeof input === "string" ? parsed(input) : eventOf(input)), {
      daily: 300,
      failed,
    }));
});

describe("a direct invocation, whatever it says,", () => {
  beforeAll(() => loadApi(false));

  test("is answered with JSON, refused clearly if it is wrong, and leaves nothing hostile behind", () =>
    safe(inputs, (input) => answersSafely(typeof input === "string" ? parsed(input) : directEvent(eventOf(input))), {
      daily: 300,
      failed,
    }));
});

test.each(["/rollout", "/hold", "/release"])("the fleet of this world takes %s", async (path) => {
  const body = JSON.stringify({ fleet: "pool", reason: "a new agent" });
  await loadApi(true);

  const { statusCode } = await api(eventOf({ method: "POST", path, query: "", type: "application/json", body }));

  expect(statusCode).toBe(202);
});

describe("a call of almost 6 MB, the most that Lambda takes, is refused in a few words", () => {
  const quotes = '\\"'.repeat(2_900_000);
  const call = { method: "POST", path: "/revoke", query: "", type: "application/json" };

  test.each<[string, Partial<Call>]>([
    ["a reason", { body: `{"image":"ami-0123456789abcdef0","reason":"${quotes}"}` }],
    ["an image", { body: `{"image":"${quotes}","reason":"a"}` }],
    ["a variant", { path: "/pause", body: `{"variant":"${quotes}","reason":"a"}` }],
    ["a field that there is not", { body: `{"${quotes}":1}` }],
    ["many fields that there are not", { body: `{${Array.from({ length: 400_000 }, (_, n) => `"field-${n}":1`)}}` }],
    ["a body that is no JSON", { body: quotes }],
    ["a path", { path: `/${quotes}` }],
    ["a method", { method: quotes }],
    ["a query", { method: "GET", path: "/", query: `from=${quotes}` }],
  ])("because of %s", async (_, change) => {
    const event = eventOf({ body: "", ...call, ...change });
    await loadApi(true);
    await answersSafely(event);
    await loadApi(false);
    await answersSafely(directEvent(event));
  });
});

/** Anything that Lambda can hand over, as JSON: fast-check cannot print lists that are too deep. */
const events = fc.oneof(
  hostileJson,
  fc
    .record({ method: fc.jsonValue(), path: fc.jsonValue() }, { requiredKeys: [] })
    .chain((event) =>
      hostileJson.map((body) => `{"body":${parsed(body) === body ? "1" : body},${JSON.stringify(event).slice(1)}`),
    ),
  hostileText.map((text) => JSON.stringify({ version: "2.0", requestContext: { http: text } })),
  // What somebody copies from the log of another function.
  hostileText.map((path) => JSON.stringify({ httpMethod: "POST", path, headers: { authorization: secret } })),
);

const post = { method: "POST", query: "", type: "application/json" };
const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;

/** They have failed once. */
const failed: (Call | string)[] = [
  { ...post, path: "/", query: "__proto__=", body: "{}" },
  { ...post, path: "/revoke", body: `{"image":"${world.images[0]?.id}","reason":"\\ud800"}` },
  { ...post, path: "/pause", body: '{"variant":"line-0","reason":"a\\nFORGED"}' },
  "",
  "null",
  deep,
  `{"method":"POST","path":"/rebuild","body":${deep}}`,
];

const inputs = fc.oneof({ weight: 9, arbitrary: callsOf(world) }, { weight: 1, arbitrary: events });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
