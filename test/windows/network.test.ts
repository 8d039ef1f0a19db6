import { hash } from "node:crypto";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { Versions } from "../../functions/config/versions.ts";
import { type Network, startNetwork } from "../../local/windows/network.ts";
import { memoryStore, ObjectError } from "../../local/windows/network-objects.ts";
import type { Programs } from "../../local/windows/programs.ts";
import { createPublications, type Publications } from "../../local/windows/publications.ts";

const dl = "https://dl.k8s.io";
const cli = {
  kind: "signed",
  name: "aws-cli",
  version: "2.33.27",
  recipes: ["layer", "assemble"],
  url: "https://awscli.amazonaws.com/AWSCLIV2-2.33.27.msi",
  signer: "Amazon Web Services, Inc.",
  source: "s",
} as const;
const pause = {
  kind: "image",
  name: "pause",
  version: "3.10",
  recipes: ["assemble"],
  windows: ["2022"],
  reference: "registry.k8s.io/pause:3.10",
  digest: null,
  source: null,
} as const;
const versions = { artifacts: [cli, pause] } as unknown as Versions;
const programs: Programs = {
  content: (program) => Buffer.from(JSON.stringify(program)),
  file: () => "",
  hash: "0",
};

let publications: Publications;
let network: Network;

beforeEach(async () => {
  const site = { cache: "/nonexistent", log: () => {} };
  publications = createPublications({ versions, programs, site, kubernetesReleaseUrl: dl });
  await open();
});

async function open(options: Partial<Parameters<typeof startNetwork>[0]> = {}): Promise<void> {
  network = await startNetwork({ publications, ...options });
  onTestFinished(() => network.close());
}

function curl(url: string): Promise<Response> {
  return fetch(`${network.url}/curl?url=${encodeURIComponent(url)}`);
}

test("a Kubernetes release has both programs in the asked version, and their SHA-256", async () => {
  const url = `${dl}/v1.35.8/bin/windows/amd64/kubelet.exe`;

  const program = Buffer.from(await (await curl(url)).arrayBuffer());
  const sum = await (await curl(`${url}.sha256`)).text();

  expect(program.toString()).toBe('{"name":"kubelet","version":"1.35.8"}');
  expect(sum).toBe(hash("sha256", program));
});

test("the installer of the AWS CLI names its version and signer in its last line", async () => {
  const lines = (await (await curl(cli.url)).text()).split("\n");

  expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ name: "aws-cli", version: "2.33.27", signer: cli.signer });
});

test("a known host answers 404 for what it does not have, and an unknown host does not resolve", async () => {
  const missing = await curl("https://awscli.amazonaws.com/AWSCLIV2-1.0.0.msi");
  const unknown = await curl("https://nowhere.example/a");

  expect(missing.status).toBe(404);
  expect(unknown.headers.get("Model-Exit-Code")).toBe("6");
  expect(decodeURIComponent(unknown.headers.get("Model-Message") ?? "")).toBe(
    "Could not resolve host: nowhere.example",
  );
});

test("an object that was put can be got, and one that was not is NoSuchKey", async () => {
  const objects = new Map<string, Buffer>();
  await open({ objects: memoryStore(objects) });

  await fetch(`${network.url}/s3/bucket/files/a%20b`, { method: "PUT", body: "content" });
  const got = await fetch(`${network.url}/s3/bucket/files/a%20b`);
  const missing = await fetch(`${network.url}/s3/bucket/files/c`);

  expect(await got.text()).toBe("content");
  expect([...objects.keys()]).toEqual(["bucket/files/a b"]);
  expect(missing.headers.get("Model-Error")).toBe("NoSuchKey");
  expect(network.requests.map(({ url, outcome }) => `${url} ${outcome}`)).toEqual([
    "s3://bucket/files/a b 200",
    "s3://bucket/files/a b 200",
    "s3://bucket/files/c NoSuchKey",
  ]);
});

test("an object store of the test's own decides, such as one that asks a real endpoint", async () => {
  const refuse = async () => {
    throw new ObjectError("AccessDenied", "Access Denied");
  };
  await open({ objects: { get: refuse, put: refuse } });

  const answer = await fetch(`${network.url}/s3/bucket/key`);

  expect(answer.headers.get("Model-Error")).toBe("AccessDenied");
});

test("ECR gives its password only to a role that may have it", async () => {
  const refused = await fetch(`${network.url}/ecr/token?region=eu-central-1`);
  await open({ ecrPassword: () => "password" });
  const given = await fetch(`${network.url}/ecr/token?region=eu-central-1`);

  expect(refused.headers.get("Model-Error")).toBe("AccessDeniedException");
  expect(await given.text()).toBe("password");
});

test("failures come in the wanted form, as often as wanted, and end with recovery", async () => {
  const url = cli.url;
  network.failWith({ url: ".msi", status: 503, times: 1 });
  network.failWith({ url: ".msi", exitCode: 28, message: "Operation too slow.", times: 1 });
  network.failWith({ url: ".msi", content: "another file", times: 1 });
  network.failWith({ url: ".msi", status: 404 });

  const first = await curl(url);
  const second = await curl(url);
  const third = await curl(url);
  const fourth = await curl(url);
  network.recover();
  const last = await curl(url);

  expect([first.status, fourth.status, last.status]).toEqual([503, 404, 200]);
  expect(second.headers.get("Model-Exit-Code")).toBe("28");
  expect(await third.text()).toBe("another file");
  expect(network.requests.map(({ outcome }) => outcome)).toEqual([503, "curl 28", 200, 404, 200]);
});

test("a connection can break in the middle of a file", async () => {
  network.failWith({ url: ".msi", cutAfter: 5 });

  const answer = await curl(cli.url);

  await expect(answer.text()).rejects.toThrow();
});

test("versions.json for a machine has the digests of its registry for what the image needs, else is as it was", async () => {
  const need = { name: "v", windows: 2022, kubernetes: "1.35", base: "Base" } as const;
  const registry = { digestOf: (reference: string) => `digest of ${reference}` };

  const needed = await publications.versionsFor(need, registry);
  const other = await publications.versionsFor({ ...need, windows: 2025 }, registry);

  expect(needed.artifacts).toEqual([
    cli,
    { ...pause, digest: "digest of registry.k8s.io/pause:3.10", source: "the model's network" },
  ]);
  expect(other).toEqual(versions);
});
