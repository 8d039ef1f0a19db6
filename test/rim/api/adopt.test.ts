import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { CallApi } from "../../../cli/service/deployment.ts";
import { eventOf } from "../../../cli/service/invoke.ts";
import { cli } from "../../cli/cli.ts";
import { checkAnswer } from "../../documented-answers.ts";
import { core, hour } from "../../scene.ts";
import { type Aws, startAws } from "../aws.ts";
import { type CodeBuild, startCodeBuild } from "../codebuild.ts";
import { type Service, type Surroundings, startService, startSurroundings } from "../service.ts";

type Handler = (event: unknown, context: unknown) => Promise<{ statusCode: number; body: string }>;

const caller = "arn:aws:iam::123456789012:user/ann";
let aws: Aws;
let codebuild: CodeBuild;
let surroundings: Surroundings;
let service: Service;
let api: Handler;

beforeAll(async () => {
  aws = await startAws();
  codebuild = await startCodeBuild("project", aws.clock.now);
  surroundings = await startSurroundings("adopting");
  service = await startService(aws, surroundings, "adopting");
  Object.assign(process.env, service.environment, {
    QUEUE_URL: await surroundings.queueUrl(),
    AWS_ENDPOINT_URL_CODEBUILD: codebuild.url,
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
  const policies = { kubernetesReleaseUrl: "http://127.0.0.1:9" };
  vi.doMock("../../../config.ts", () => ({ config: { variants: [{ windows: 2022, kubernetes: "1.35" }], policies } }));
  api = (await import("../../../functions/api.ts")).handler as never;
});

afterAll(async () => {
  await codebuild?.stop();
  await aws?.stop();
});

const call: CallApi = async (method, path, body) => {
  const event = eventOf({ hasUrl: true, caller }, method, path, body);
  const { statusCode, body: said } = await api(event, { getRemainingTimeInMillis: () => 3_600_000 });
  checkAnswer({ method, path, status: statusCode, body: said });
  return { status: statusCode, answer: JSON.parse(said) };
};

/** An image with the tags that the service wrote before it kept records. */
async function imageFromBefore(name: string, daysAgo: number, tags: Record<string, string> = {}): Promise<string> {
  const other = await startService(aws, { ...surroundings, bucket: "elsewhere" }, "adopting");
  return other.image(name, daysAgo, tags);
}

async function find(id: string) {
  return (await service.observe()).images.find((image) => image.id === id);
}

test("the command shows the images without records and adopts them with all that their tags claim", async () => {
  await startSurroundings("elsewhere");
  const approved = `2026-11-04T12:00:00.000Z ${caller} good`;
  const before = await imageFromBefore("before", 30, { approved, "published-stable": "2026-11-04T12:00:00.000Z none" });
  const made = await service.image("made", 5);
  expect(await find(before)).toMatchObject({ made: false, proof: undefined });

  const refused = await cli(["adopt"], { call, isTerminal: true, answers: [false] });
  expect(await find(before)).toMatchObject({ made: false });
  const { exitCode, stdout, asked } = await cli(["adopt"], { call, isTerminal: true, answers: [true] });

  expect(refused.stdout).toMatch(/Nothing was adopted\.\n$/);
  expect(exitCode).toBe(0);
  expect(asked).toEqual(["Adopt this image (production in us-east-1)?"]);
  expect(stdout).toContain(`${before} of ${core}, created `);
  expect(stdout).toContain("that this service made it, that its proof passed, that it is approved, that stable got it");
  expect(stdout).not.toContain(made);
  expect(await find(before)).toMatchObject({
    made: true,
    proof: "passed",
    approved: { reason: "good" },
    published: { stable: expect.anything() },
    unrecorded: [],
  });
});

test("an adopted image soaks from its adoption, not from the time that its tag claims", async () => {
  const before = await imageFromBefore("soaking", 20);
  const adoptedAt = aws.clock.now().getTime();

  await call("POST", "/adopt", { image: before, reason: "made before records" });

  expect((await find(before))?.provedAt).toBeGreaterThan(adoptedAt - hour);
});

test("a dry run of an adoption records nothing", async () => {
  const before = await imageFromBefore("dry", 21);

  const { status, answer } = await call("POST", "/adopt", { image: before, reason: "why", dryRun: true });

  expect({ status, answer }).toMatchObject({
    status: 200,
    answer: { records: [expect.stringMatching(new RegExp(`^adoptions/${before}/passed-none-`))] },
  });
  expect(await find(before)).toMatchObject({ made: false });
});

test("an image that was made with records is not adopted with what its tags claim beyond them", async () => {
  const image = await service.image("made-here", 22);
  await service.tag(image, { approved: "by me" });

  const { status, answer } = await call("POST", "/adopt", { image, reason: "why" });

  expect({ status, answer }).toMatchObject({
    status: 409,
    answer: { error: expect.stringContaining("has records of its build") },
  });
  expect(await find(image)).toMatchObject({ approved: undefined });
});

test("an unknown image is not adopted", async () => {
  expect(await call("POST", "/adopt", { image: "ami-0123456789abcdef0", reason: "why" })).toMatchObject({
    status: 404,
  });
});
