import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Silence, startDeafness, startSilence } from "../silence.ts";

const headersOnly = "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 1000\r\n\r\n<half";
const silences: Pick<Silence, "stop">[] = [];
const bucket = "bucket";

/** Modules of `functions/io/` are imported anew in each test: their clients read the environment when they are made. */
async function silent(words?: string): Promise<Silence> {
  const silence = await startSilence(words);
  silences.push(silence);
  process.env.AWS_ENDPOINT_URL = silence.url;
  return silence;
}

beforeAll(() => {
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIA",
    AWS_SECRET_ACCESS_KEY: "secret",
  });
});

beforeEach(() => {
  vi.resetModules();
  vi.stubEnv("REQUEST_TIMEOUT_MS", "50");
  vi.stubEnv("RELEASE_HOST_TIMEOUT_MS", "50");
  vi.stubEnv("REQUEST_ATTEMPTS", "2");
});

afterEach(() => vi.unstubAllEnvs());
afterAll(() => Promise.all(silences.map((silence) => silence.stop())));

test.each([
  ["nothing", undefined],
  ["the first half of an answer", headersOnly],
])("a request to a host that answers %s ends, is tried again, and fails", async (_, words) => {
  await silent(words);
  const { readNotified } = await import("../../../functions/io/notifications.ts");

  await expect(readNotified(bucket)).rejects.toMatchObject({ name: "TimeoutError", $metadata: { attempts: 2 } });
});

test("the use of images is unknown if EC2 does not answer in time, and the run goes on", async () => {
  vi.stubEnv("REQUEST_TIMEOUT_MS", "3600000");
  await silent();
  const { readReferences } = await import("../../../functions/io/references.ts");

  expect(await readReferences(["ami-1", "ami-2"], 50)).toEqual({
    "ami-1": { state: "unknown", why: "asking what uses ami-1, ami-2: EC2 has not answered within 0.05 s" },
    "ami-2": { state: "unknown", why: "asking what uses ami-1, ami-2: EC2 has not answered within 0.05 s" },
  });
});

test("nothing is known about what builds left behind if EC2 does not answer in time, and the run goes on", async () => {
  vi.stubEnv("REQUEST_TIMEOUT_MS", "3600000");
  await silent();
  const { readLeftovers } = await import("../../../functions/io/leftovers.ts");

  expect(await readLeftovers("test", { now: 0, builds: [], images: [] }, 50)).toEqual({
    found: [],
    unread: "looking for what builds left behind: EC2 has not answered within 0.05 s",
  });
});

test("the use of images is unknown if no time is left to ask, and EC2 is not asked", async () => {
  const silence = await silent();
  const { readReferences } = await import("../../../functions/io/references.ts");

  expect(await readReferences(["ami-1"], -1)).toMatchObject({ "ami-1": { state: "unknown" } });
  expect(silence.requests()).toBe(0);
});

test.each([
  ["nothing", undefined],
  ["the first half of an answer", headersOnly],
])("Kubernetes is unknown if its release host answers %s", async (_, words) => {
  const { url } = await silent(words);
  const { readPatches } = await import("../../../functions/io/kubernetes-releases.ts");
  const { parseConfiguration } = await import("../../../functions/config/configuration.ts");
  const { policies } = parseConfiguration({
    variants: [{ windows: 2022, kubernetes: "1.35" }],
    policies: { kubernetesReleaseUrl: url },
  });

  expect((await readPatches(["1.35"], policies)).get("1.35")).toMatchObject({ state: "unknown" });
});

test("a request to a host that accepts no connection ends", async () => {
  vi.stubEnv("CONNECT_TIMEOUT_MS", "50");
  vi.stubEnv("REQUEST_TIMEOUT_MS", "5000");
  const deaf = await startDeafness();
  silences.push(deaf);
  process.env.AWS_ENDPOINT_URL = deaf.url;
  const { readNotified } = await import("../../../functions/io/notifications.ts");

  await expect(readNotified(bucket)).rejects.toThrow("did not establish a connection");
});

test("a limit that is no number stops the function at its start, and the error names it", async () => {
  vi.stubEnv("REQUEST_TIMEOUT_MS", "soon");

  await expect(import("../../../functions/io/channels.ts")).rejects.toThrow("REQUEST_TIMEOUT_MS");
});
