import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Configuration, parseConfiguration } from "../../functions/config/configuration.ts";
import { settings } from "../memory-aws/endpoint.ts";
import { hostileJson, hostileText, orHostile, safe } from "./hostile.ts";

interface Answer {
  status: number;
  location: string;
  body: string;
}

let answer: RequestListener;
let configurations: Record<"upstream" | "eks", Configuration>;
let io: typeof import("../../functions/io/upstream.ts") & typeof import("../../functions/io/kubernetes-releases.ts");
const server = createServer((request, response) => answer(request, response));

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoints = settings({ url, calls: [], stop: async () => undefined });
  Object.assign(process.env, endpoints, {
    AWS_ENDPOINT_URL_EKS: `${url}/eks`,
    REQUEST_ATTEMPTS: "1",
    CALL_PACE: "1000000",
  });
  const of = (kubernetesSource: "upstream" | "eks") =>
    parseConfiguration({
      variants: [{ name: "assembled", windows: 2022, kubernetes: "1.35", base: "Base" }],
      policies: { kubernetesSource, kubernetesReleaseUrl: url },
    });
  configurations = { upstream: of("upstream"), eks: of("eks") };
  io = {
    ...(await import("../../functions/io/upstream.ts")),
    ...(await import("../../functions/io/kubernetes-releases.ts")),
  };
});

afterAll(() => server.close());

const parameters = [
  "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base",
  "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.35/image_id",
];

/** Answers in the shape of the release host, Parameter Store, EKS and EC2, with hostile values. */
const body = fc.oneof(
  hostileJson,
  orHostile("v1.35.7", "1.35.7", "a".repeat(64), "ami-0123456789abcdef0"),
  hostileText.map((text) => `v1.35.${text}`),
  fc
    .array(fc.record({ Name: orHostile(...parameters), Value: fc.oneof(hostileText, fc.jsonValue()) }), {
      maxLength: 2,
    })
    .map((Parameters) => json({ Parameters })),
  fc
    .tuple(hostileText, fc.jsonValue())
    .map(([more, value]) =>
      json({ clusterVersions: [{ clusterVersion: "1.35", kubernetesPatchVersion: `1.35.${more}` }, value] }),
    ),
  hostileText.map(
    (text) =>
      `<DescribeImagesResponse><imagesSet><item><imageId>ami-1</imageId>${text}</item></imagesSet></DescribeImagesResponse>`,
  ),
);
const answers: fc.Arbitrary<Answer> = fc.record({
  status: fc.constantFrom(200, 200, 200, 204, 301, 307, 403, 404, 429, 500, 503),
  location: fc.constantFrom(
    "/",
    "file:///etc/passwd",
    "http://127.0.0.1:1/",
    "https://user:password@127.0.0.1:1/",
    "//",
  ),
  body,
});

function json(value: unknown): string {
  return JSON.stringify(value);
}

function give({ status, location, body: content }: Answer): void {
  answer = (request, response) => {
    request.resume();
    // A redirect to here leads nowhere, not back.
    if (request.url === "/elsewhere") return response.writeHead(404).end();
    response.writeHead(status, { ...(status < 400 && status > 300 && { location }), connection: "close" }).end(content);
  };
}

/** An answer is known and of its form, or the reason is short enough for a mail and a line of the log. */
function isClear(observed: { state: string; value?: string; why?: string } | undefined, form: RegExp): void {
  if (observed?.state === "known") expect(observed.value).toMatch(form);
  else {
    expect(["unknown", "missing", "there"]).toContain(observed?.state);
    expect((observed?.why ?? "").length).toBeLessThan(1_000);
  }
}

/** They have failed once. */
const failed: [Answer, "upstream" | "eks"][] = [
  [ok(json({ Parameters: [{ Name: parameters[0], Value: "a".repeat(5_000) }] })), "upstream"],
  [ok(json({ clusterVersions: [{ clusterVersion: "1.35", kubernetesPatchVersion: "1.35.{{ env `HOME` }}" }] })), "eks"],
  [ok(`v1.35.${"1".repeat(5_000)}`), "upstream"],
];

function ok(content: string): Answer {
  return { status: 200, location: "/", body: content };
}

test("an answer of AWS or of the Kubernetes release host, whatever it says, is of its form or not known", async () => {
  let count = 0;
  await safe(
    fc.tuple(answers, fc.constantFrom<("upstream" | "eks")[]>("upstream", "eks")),
    async ([one, source]) => {
      give(one);
      const { assembled } = await io.readUpstream(configurations[source]);
      isClear(assembled?.baseAmi, /^ami-[a-f0-9]{8,17}$/);
      isClear(assembled?.baseImage, /^$/);
      isClear(assembled?.harvestSource, /^ami-[a-f0-9]{8,17}$/);
      isClear(assembled?.harvestImage, /^$/);
      isClear(assembled?.kubernetes, /^1\.35\.\d{1,4}$/);
      expect(assembled?.baseReleasedAt ?? 0).not.toBeNaN();
      count += 1;
      const version = `1.35.${count}`;
      isClear((await io.readBinaries([version], configurations.upstream.policies.kubernetesReleaseUrl))[version], /^$/);
    },
    { failed },
  );
});

test("an answer of the release host that has no end is not read to its end", async () => {
  const block = "v1.35.7\n".repeat(8_192);
  const enough = 64 * 2 ** 20;
  let sent = 0;
  const closed = Promise.withResolvers<void>();
  answer = (_, response) => {
    response.on("close", closed.resolve);
    const more = () => {
      while (sent < enough && !response.destroyed) {
        sent += block.length;
        if (!response.write(block)) return void response.once("drain", more);
      }
      response.end();
    };
    more();
  };

  const { policies } = configurations.upstream;
  const patch = (await io.readPatches(["1.35"], policies)).get("1.35");
  await closed.promise;

  expect(patch).toEqual({ state: "unknown", why: expect.stringContaining("stable-1.35.txt answered more than") });
  expect(sent).toBeLessThan(enough);
});
