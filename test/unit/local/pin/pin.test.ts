import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { isPinned, parseVersions } from "../../../../functions/config/versions.ts";
import { pin } from "../../../../local/pin/command.ts";

const sum = "2c".repeat(32);
const manifest = '{"schemaVersion":2,"manifests":[]}';
const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
const indexType = "application/vnd.oci.image.index.v1+json";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answers: Record<string, Answer>;
let server: Server;
let publisher: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const answer = answers[new URL(request.url ?? "", "http://publisher").pathname];
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  publisher = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  answers = {
    "/a-2.1.6.tar.gz.sha256sum": (_, response) => response.end(`${sum}  a-2.1.6.tar.gz\n`),
    "/v2/pause/manifests/3.10": (_, response) => index(response),
  };
});

test("an archive is pinned to its publisher's checksum, an image to its registry's digest", async () => {
  const said: string[] = [];

  const { text, failures } = await pin(versions(), (line) => said.push(line));

  expect(failures).toEqual([]);
  expect(parseVersions(text).artifacts).toMatchObject([
    { sha256: sum, source: `http://${publisher}/a-2.1.6.tar.gz.sha256sum` },
    { digest, source: `http://${publisher}/v2/pause/manifests/3.10` },
    { signer: "Example, Inc." },
  ]);
  expect(said).toEqual([
    `a 2.1.6 is ${sum} according to http://${publisher}/a-2.1.6.tar.gz.sha256sum`,
    `pause 3.10 is ${digest} according to http://${publisher}/v2/pause/manifests/3.10`,
  ]);
});

test("pinning changes nothing else in the text", async () => {
  const before = versions();

  const { text } = await pin(before, () => {});

  const changed = text.split("\n").filter((line, number) => line !== before.split("\n")[number]);
  expect(changed.map((line) => line.trim().split(":")[0])).toEqual(['"sha256"', '"source"', '"digest"', '"source"']);
});

test("a pinned artifact is not requested again", async () => {
  const { text: pinned } = await pin(versions(), () => {});
  answers = {};

  const { text, failures } = await pin(pinned, () => {});

  expect(failures).toEqual([]);
  expect(text).toBe(pinned);
});

test("a registry that demands a token gets one", async () => {
  answers["/v2/pause/manifests/3.10"] = ({ headers }, response) => {
    if (headers.authorization === "Bearer letmein") return index(response);
    const challenge = `Bearer realm="http://${publisher}/token",service="registry",scope="repository:pause:pull"`;
    response.writeHead(401, { "www-authenticate": challenge }).end();
  };
  answers["/token"] = ({ url }, response) => {
    const asked = new URL(url ?? "", "http://publisher").searchParams;
    if (asked.get("scope") === "repository:pause:pull") response.end('{"token":"letmein"}');
    else response.writeHead(400).end();
  };

  const { failures } = await pin(versions(), () => {});

  expect(failures).toEqual([]);
});

test.each<[string, string, Answer, string]>([
  ["is missing", "/a-2.1.6.tar.gz.sha256sum", (_, response) => response.writeHead(404).end(), "answered 404"],
  [
    "is an HTML page",
    "/a-2.1.6.tar.gz.sha256sum",
    (_, response) => response.end("<html>Sign in</html>"),
    "instead of a SHA-256",
  ],
  [
    "belongs to another file",
    "/a-2.1.6.tar.gz.sha256sum",
    (_, response) => response.end(`${sum}  a-2.1.5.tar.gz\n`),
    "contains the SHA-256 of a-2.1.5.tar.gz instead of a-2.1.6.tar.gz",
  ],
  [
    "is cut off by a broken connection",
    "/a-2.1.6.tar.gz.sha256sum",
    (request) => request.socket.destroy(),
    "asking http://127.0.0.1:",
  ],
  [
    "differs from that of the manifest",
    "/v2/pause/manifests/3.10",
    (_, response) => index(response, { "docker-content-digest": `sha256:${sum}` }),
    "but its manifest has another",
  ],
  [
    "belongs to one platform only",
    "/v2/pause/manifests/3.10",
    (_, response) => index(response, { "content-type": "application/vnd.oci.image.manifest.v1+json" }),
    "instead of an image for several platforms",
  ],
  [
    "requires credentials",
    "/v2/pause/manifests/3.10",
    (_, response) => response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end(),
    "demands credentials",
  ],
])("a checksum that %s pins nothing, and the other artifact is still pinned", async (_, path, answer, why) => {
  answers[path] = answer;

  const { text, failures } = await pin(versions(), () => {});

  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatch(/^pinning (a 2\.1\.6|pause 3\.10): /);
  expect(failures[0]).toContain(why);
  expect(parseVersions(text).artifacts.filter(isPinned)).toHaveLength(2);
});

test("the repository's versions.json can be pinned in its present format", async () => {
  const text = readFileSync(new URL("../../../../packer/versions.json", import.meta.url), "utf8")
    .replace(/"sha256": "\w+",\s+"source": ".*"/g, '"sha256": null, "source": null')
    .replaceAll("https://github.com/containerd/containerd/releases/download", `http://${publisher}`);
  for (const { url, checksumUrl } of parseVersions(text).artifacts.filter(({ kind }) => kind === "archive") as {
    url: string;
    checksumUrl: string;
  }[])
    answers[new URL(checksumUrl).pathname] = (_, response) => response.end(`${sum}  ${url.split("/").at(-1)}\n`);

  const { text: pinned, failures } = await pin(text, () => {});

  expect(failures).toEqual([]);
  expect(parseVersions(pinned).artifacts.every(isPinned)).toBe(true);
});

function index(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(200, { "content-type": indexType, "docker-content-digest": digest, ...headers }).end(manifest);
}

function versions(): string {
  const common = { recipes: ["assemble"] };
  const artifacts = [
    {
      ...{ kind: "archive", name: "a", version: "2.1.6", ...common },
      url: `http://${publisher}/a-2.1.6.tar.gz`,
      checksumUrl: `http://${publisher}/a-2.1.6.tar.gz.sha256sum`,
      sha256: null,
      source: null,
    },
    {
      ...{ kind: "image", name: "pause", version: "3.10", ...common },
      reference: `${publisher}/pause:3.10`,
      digest: null,
      source: null,
    },
    {
      ...{ kind: "signed", name: "b", version: "1.0", ...common },
      url: `http://${publisher}/b-1.0.msi`,
      signer: "Example, Inc.",
      source: "its guide",
    },
  ];
  return JSON.stringify({ artifacts }, null, 2);
}
