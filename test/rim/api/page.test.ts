import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { channelParameter } from "../../../functions/config/channel-names.ts";
import type { Account } from "../../memory-aws/account.ts";
import { type Endpoint, serve, settings } from "../../memory-aws/endpoint.ts";
import { accountOf, environmentOf } from "../../memory-aws/from-world.ts";
import { core, day, hour, scene } from "../../scene.ts";

type Answered = { statusCode: number; headers: Record<string, string>; body: string };

const first = "ami-00000000000000aaa";
const second = "ami-00000000000000bbb";
const story = scene({}, new Date().toISOString())
  .published(first)
  .published(second)
  .build({ status: "succeeded", image: second, startedAt: Date.now() - 2 * day, endedAt: Date.now() - 2 * day + hour });
const environment = environmentOf(story.world);
const stable = channelParameter(environment.CHANNELS_PREFIX, core, "stable");
let account: Account;
let endpoint: Endpoint;
let api: (event: unknown, context: unknown) => Promise<Answered>;

beforeAll(async () => {
  account = accountOf(story.world);
  endpoint = await serve(account);
  const policies = { kubernetesReleaseUrl: `${endpoint.url}/kubernetes` };
  const config = { variants: [{ windows: 2022, kubernetes: "1.35" }], policies };
  Object.assign(process.env, environment, settings(endpoint), { POWERTOOLS_LOG_LEVEL: "SILENT", CALL_PACE: "1000000" });
  vi.doMock("../../../config.ts", () => ({ config }));
  api = (await import("../../../functions/api.ts")).handler as never;
});

afterAll(() => endpoint?.stop());

/** A signed call as the function URL hands it over. */
function get(path: string, accept?: string): Promise<Answered> {
  const [rawPath = "", rawQueryString = ""] = path.split("?");
  const http = { method: "GET", path: rawPath };
  const event = {
    version: "2.0",
    rawPath,
    rawQueryString,
    headers: { ...(accept && { accept }) },
    queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
    requestContext: {
      requestId: "call-1",
      http,
      authorizer: { iam: { userArn: "arn:aws:iam::123456789012:user/ann" } },
    },
    isBase64Encoded: false,
  };
  return api(event, { awsRequestId: "call-1", getRemainingTimeInMillis: () => 3_600_000 });
}

const browsers = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

describe.each(["/", `/timeline?variant=${core}`])("GET %s", (path) => {
  test.each([undefined, "*/*", "application/json"])("answers JSON to a caller who accepts %s", async (accept) => {
    const { statusCode, headers, body } = await get(path, accept);

    expect({ statusCode, type: headers["Content-Type"] }).toEqual({ statusCode: 200, type: "application/json" });
    expect(headers.Vary).toBe("Accept");
    expect(body).toContain(second);
    expect(() => JSON.parse(body)).not.toThrow();
  });

  test("answers a page to a browser, with its policy", async () => {
    const { statusCode, headers, body } = await get(path, browsers);

    expect({ statusCode, type: headers["Content-Type"] }).toEqual({
      statusCode: 200,
      type: "text/html; charset=utf-8",
    });
    expect(headers).toMatchObject({
      Vary: "Accept",
      "Content-Security-Policy": expect.stringMatching(/^default-src 'none'/),
    });
    expect(body).toMatch(/^<!doctype html>/);
    expect(body).toContain(second);
  });
});

test("a browser gets the page of an error, everybody else its JSON", async () => {
  const page = await get("/timeline?variant=none", browsers);
  const json = await get("/timeline?variant=none");

  expect(page).toMatchObject({ statusCode: 404, headers: { "Content-Type": "text/html; charset=utf-8" } });
  expect(page.body).toContain("there is no variant &quot;none&quot;");
  expect(json).toMatchObject({ statusCode: 404, headers: { "Content-Type": "application/json" } });
  expect(JSON.parse(json.body)).toEqual({ error: 'there is no variant "none"', allowed: { variant: [core] } });
});

test("a timeline without a variant is refused with those there are", async () => {
  const { statusCode, body } = await get("/timeline");

  expect(statusCode).toBe(400);
  expect(JSON.parse(body)).toMatchObject({ error: expect.stringMatching(/variant/), allowed: { variant: core } });
});

describe("a timeline", () => {
  const timeline = async () => JSON.parse((await get(`/timeline?variant=${core}`)).body);

  test("has every version of a channel that Parameter Store keeps, and since when", async () => {
    const current = account.parameters.get(stable);
    account.earlier.set(
      stable,
      Array.from({ length: 99 }, (_, index) => ({
        Name: stable,
        Value: first,
        Version: index + 7,
        LastModifiedDate: new Date(Date.now() - (200 - index) * day),
        LastModifiedUser: "arn:aws:iam::123456789012:user/ann",
      })),
    );
    account.parameters.set(stable, { ...current, Version: 106 });

    const { known, knownSince, parameter } = (await timeline()).channels.stable;

    expect(parameter).toBe(stable);
    expect(known).toHaveLength(100);
    expect(known[0]).toMatchObject({ version: 106, image: second });
    expect(known.at(-1)).toEqual({
      version: 7,
      image: first,
      at: knownSince,
      by: "arn:aws:iam::123456789012:user/ann",
    });
  });

  test("has the variant's builds and images, newest first", async () => {
    const { builds, images } = await timeline();

    expect(builds.known).toMatchObject([{ purpose: "build", status: "succeeded", image: second }]);
    expect(images.map(({ image }: { image: string }) => image)).toEqual([second, first]);
  });

  test("tells what changed inside as far as both builds left a report", async () => {
    const report = (osBuild: string) => ({
      osBuild,
      kubernetes: { kubelet: "1.35.7", kubeProxy: "1.35.7" },
      containerd: "2.1.6",
      installedUpdates: [],
      containerImages: [],
      customSteps: [],
    });
    const keep = (image: string, osBuild: string) =>
      account.objects.set(`reports/${image}/report.json`, { at: new Date(), body: JSON.stringify(report(osBuild)) });
    keep(first, "20348.1");
    expect((await timeline()).images[0].inside).toBeNull();

    keep(second, "20348.2");
    const changes = ["Windows 20348.1 → 20348.2"];
    expect((await timeline()).images[0].inside).toEqual({ comparedWith: first, changes });
  });
});
