import { hash } from "node:crypto";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type Login, type Registry, startRegistry } from "../../local/windows/registry.ts";

const basic = ({ username, password }: Login) => `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

let registry: Registry;

async function open(login?: Login): Promise<void> {
  registry = await startRegistry({ login });
  onTestFinished(() => registry.close());
}

type Document = { manifests: Entry[]; layers: Entry[]; config: Entry };
type Entry = { digest: string; size: number; platform: Record<string, string> };

async function json(path: string): Promise<Document> {
  return (await get(path)).json() as Promise<Document>;
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${registry.url}/v2/${path}`, { headers });
}

beforeEach(() => open());

test("an index names a build for each Windows, and everything below it has the digest that it names", async () => {
  const digest = registry.publish("registry.k8s.io/pause:3.10");

  const byTag = await get("pause/manifests/3.10");
  const index = (await byTag.json()) as Document;
  const builds = index.manifests.map(({ platform }) => platform["os.version"]);
  expect(byTag.headers.get("Docker-Content-Digest")).toBe(digest);
  expect(builds.map((build) => build?.split(".")[2])).toEqual(["17763", "20348", "26100"]);
  const manifest = await json(`pause/manifests/${index.manifests[1]?.digest}`);
  for (const wanted of [manifest.config, ...manifest.layers]) {
    const content = Buffer.from(await (await get(`pause/blobs/${wanted.digest}`)).arrayBuffer());
    expect({ digest: `sha256:${hash("sha256", content)}`, size: content.length }).toMatchObject({
      digest: wanted.digest,
      size: wanted.size,
    });
  }
});

test("an image may lack the build for a Windows", async () => {
  registry.publish("mcr.microsoft.com/windows/nanoserver:ltsc2019", [2019]);

  const index = await json("windows/nanoserver/manifests/ltsc2019");

  expect(index.manifests).toHaveLength(1);
});

test("the same image has the same digest in every registry", async () => {
  const digest = registry.publish("pause:3.10");
  await open();

  expect(registry.publish("registry.k8s.io/pause:3.10")).toBe(digest);
  expect(registry.digestOf("registry.k8s.io/pause:3.10@sha256:0")).toBe(digest);
  expect(() => registry.digestOf("pause:3.11")).toThrow("no image pause:3.11 is published");
});

test("unknown images, tags and blobs are 404, and an image has no other image's blobs", async () => {
  registry.publish("a:1");
  const other = registry.publish("b:1");

  const paths = ["a/manifests/2", "c/manifests/1", `a/manifests/${other}`, "a/blobs/sha256:00"];
  const answers = await Promise.all(paths.map((path) => get(path)));

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
});

test("a registry with a login answers nothing without it", async () => {
  const login = { username: "AWS", password: "secret:token" };
  await open(login);
  registry.publish("a:1");

  const nobody = await get("a/manifests/1");
  const wrong = await get("a/manifests/1", { Authorization: basic({ ...login, password: "secret" }) });
  const right = await get("a/manifests/1", { Authorization: basic(login) });

  expect([nobody.status, wrong.status, right.status]).toEqual([401, 401, 200]);
  expect(nobody.headers.get("WWW-Authenticate")).toMatch(/^Basic realm=/);
  expect(registry.requests.map(({ user }) => user)).toEqual(["", "AWS", "AWS"]);
});

test("a broken layer keeps its digest and its size, but not its content", async () => {
  registry.publish("a:1", [2022]);
  registry.breakLayers("a:1");

  const index = await json("a/manifests/1");
  const [layer] = (await json(`a/manifests/${index.manifests[0]?.digest}`)).layers;
  const content = Buffer.from(await (await get(`a/blobs/${layer?.digest}`)).arrayBuffer());

  expect(content).toHaveLength(layer?.size ?? 0);
  expect(`sha256:${hash("sha256", content)}`).not.toBe(layer?.digest);
});

test("a failure lasts as often as it is told, and the log says what a mirror was asked for", async () => {
  registry.publish("a:1");
  registry.failWith({ path: "/manifests/", status: 503, times: 1 });

  await get("a/manifests/1?ns=mcr.microsoft.com");
  await get("a/manifests/1?ns=mcr.microsoft.com");

  expect(registry.requests).toEqual(
    [503, 200].map((status) => ({
      method: "GET",
      path: "/v2/a/manifests/1",
      registry: "mcr.microsoft.com",
      status,
      user: "",
    })),
  );
});
