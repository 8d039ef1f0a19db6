import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { checkAnswer } from "../../documented-answers.ts";
import { core } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

type Handler = (event: unknown, context: unknown) => Promise<{ statusCode: number; body: string }>;

let aws: Aws;
let surroundings: Surroundings;
let service: Service;
let api: Handler;

beforeAll(async () => {
  aws = await startAws();
  surroundings = await startSurroundings("direct-calls");
  service = await startService(aws, surroundings, "direct-calls");
  Object.assign(process.env, service.environment, {
    QUEUE_URL: await surroundings.queueUrl(),
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
  const config = { variants: [{ windows: 2022, kubernetes: "1.35" }], policies: { functionUrl: false } };
  vi.doMock("../../../config.ts", () => ({ config }));
  api = (await import("../../../functions/api.ts")).handler as never;
});

afterAll(() => aws?.stop());

async function invoke(event: { method?: string; path?: string; [field: string]: unknown }) {
  const { statusCode, body } = await api(event, {
    awsRequestId: "invocation-1",
    getRemainingTimeInMillis: () => 3_600_000,
  });
  const { method = "", path = "" } = event;
  checkAnswer({ method, path, status: statusCode, body });
  return { status: statusCode, answer: JSON.parse(body) };
}

test("a rebuild request by direct invocation has the invocation's ID, and CloudTrail as its caller", async () => {
  const { readRequests } = await import("../../../functions/io/requests.ts");

  const { status } = await invoke({ method: "POST", path: "/rebuild", body: { variant: core, reason: "a new agent" } });

  expect(status).toBe(202);
  expect((await readRequests(service.environment.REQUESTS_PREFIX))[core]).toMatchObject({
    id: "invocation-1",
    reason: "a new agent",
    by: "direct invocation, see CloudTrail",
  });
});

test("a revocation by direct invocation has CloudTrail as its caller", async () => {
  const { readImagesAndPauses } = await import("../../../functions/io/recorded-images.ts");
  const image = await service.image("bad", 5);

  const { status } = await invoke({ method: "POST", path: "/revoke", body: { image, reason: "pods lose DNS" } });

  expect(status).toBe(202);
  expect((await readImagesAndPauses(service.environment)).images.find(({ id }) => id === image)?.revoked).toMatchObject(
    {
      reason: "pods lose DNS",
      by: "direct invocation, see CloudTrail",
    },
  );
});

test("an event in the shape of a function URL's call is refused, because its sender could forge the caller", async () => {
  const requestContext = {
    http: { method: "POST", path: "/rebuild" },
    authorizer: { iam: { userArn: "arn:aws:iam::123456789012:user/ann" } },
  };

  const { status, answer } = await invoke({ version: "2.0", rawPath: "/rebuild", requestContext, body: "{}" });

  expect(status).toBe(404);
  expect(answer.allowed).toContain("POST /rebuild");
});

test.each([
  ["an empty path", { method: "PUT", path: "" }, 404, "the path is empty"],
  ["an empty method", { method: "", path: "/rebuild" }, 405, "/rebuild does not take an empty method"],
  ["no call", {}, 404, "there is no {}"],
])("an event with %s is refused with the allowed calls", async (_, event, status, error) => {
  const refused = await invoke(event);

  expect(refused).toEqual({
    status,
    answer: { error, allowed: expect.arrayContaining([expect.stringMatching(/^POST/)]) },
  });
});

test.each([
  ["GET / with an unknown name", "/?limit=10", /limit/, { variant: expect.any(String), from: expect.any(String) }],
  ["GET /plan with any name", `/plan?variant=${core}`, /variant/, {}],
])("a query is refused with what is allowed: %s", async (_, path, error, allowed) => {
  const refused = await invoke({ method: "GET", path });

  expect(refused).toMatchObject({ status: 400, answer: { error: expect.stringMatching(error), allowed } });
});
