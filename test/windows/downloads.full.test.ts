import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Versions } from "../../functions/config/versions.ts";
import { type Network, startNetwork } from "../../local/windows/network.ts";
import { memoryStore } from "../../local/windows/network-objects.ts";
import { installPrograms, type Programs } from "../../local/windows/programs.ts";
import { createPublications } from "../../local/windows/publications.ts";
import { windowsPowerShell } from "../../local/windows/settings.ts";
import { needsWindows, openWine, site, type Wine } from "./wine.ts";

const release = "https://dl.k8s.io/v1.35.8/bin/windows/amd64/kubelet.exe";
const download = `curl.exe --fail --location --silent --show-error --proto '=http,https' --connect-timeout 30 --speed-limit 1024 --speed-time 60`;
const ended = '2>&1 | ForEach-Object { "$_" }; $LASTEXITCODE';
const object = "--region eu-central-1 --bucket bucket --key files/a";

describe.skipIf(!windowsPowerShell())(needsWindows, () => {
  let wine: Wine;
  let programs: Programs;
  let network: Network;
  let objects: Map<string, Buffer>;

  const run = (script: string) => wine.run(script, { MODEL_NETWORK: network.url });

  beforeAll(async () => {
    programs = await installPrograms(site);
    wine = await openWine();
    wine.write("model/curl.exe", programs.content({ name: "curl", version: "8.13.0" }));
    wine.write("model/aws.exe", programs.content({ name: "aws", version: "2.31.0" }));
  });

  beforeEach(async () => {
    objects = new Map();
    const versions: Versions = { artifacts: [] };
    network = await startNetwork({
      publications: createPublications({ versions, programs, site, kubernetesReleaseUrl: "https://dl.k8s.io" }),
      objects: memoryStore(objects),
      ecrPassword: () => "a password",
    });
    onTestFinished(() => network.close());
  });

  afterAll(() => wine.close());

  test("curl downloads what runs, with the words and exit codes of curl when it cannot", async () => {
    const missing = release.replace("kubelet", "kubectl");
    const said = await run(`${download} --output C:\\kubelet.exe ${release}; $LASTEXITCODE; C:\\kubelet.exe --version
      ${download} --output C:\\b ${missing} ${ended}
      ${download} --output C:\\b https://nowhere.example/ ${ended}
      ${download} --output C:\\b http://127.0.0.1:1/ ${ended}
      ${download} --output C:\\none\\b ${release} ${ended}
      ${download} --output C:\\b ftp://dl.k8s.io/ ${ended}
      curl.exe --retry-everything ${release} ${ended}`);

    expect(said.split("\n")).toEqual([
      "0",
      "Kubernetes v1.35.8",
      "curl: (22) The requested URL returned error: 404",
      "22",
      "curl: (6) Could not resolve host: nowhere.example",
      "6",
      expect.stringMatching(
        /^curl: \(7\) Failed to connect to 127\.0\.0\.1 port 1 after \d+ ms: Couldn't connect to server$/,
      ),
      "7",
      expect.stringMatching(/^curl: \(23\) /),
      "23",
      expect.stringMatching(/^curl: \(1\) Protocol "ftp"/),
      "1",
      "curl: option --retry-everything: is unknown",
      "curl: try 'curl --help' or 'curl --manual' for more information",
      "2",
    ]);
  });

  test("a host's trouble, a broken connection and a stall end curl as they do there", async () => {
    network.failWith({ url: release, status: 503, times: 1 });
    network.failWith({ url: release, cutAfter: 1000, times: 1 });
    network.failWith({ url: release, exitCode: 28, message: "Operation too slow.", times: 1 });
    const one = `${download} --output C:\\kubelet.exe ${release} ${ended}`;

    const said = await run([one, one, one].join("\n"));

    expect(said.split("\n")).toEqual([
      "curl: (22) The requested URL returned error: 503",
      "22",
      expect.stringMatching(/^curl: \(18\) end of response with \d+ bytes missing$/),
      "18",
      "curl: (28) Operation too slow.",
      "28",
    ]);
  });

  test("the AWS CLI puts and gets an object", async () => {
    wine.write("a", "content");

    const said = await run(`aws.exe s3api put-object ${object} --body C:\\a | Out-Null
      aws.exe s3api get-object ${object} C:\\b | Out-Null; $LASTEXITCODE`);

    expect(said).toBe("0");
    expect(objects.get("bucket/files/a")?.toString()).toBe("content");
    expect(readFileSync(wine.path("b"), "utf8")).toBe("content");
  });

  test("the AWS CLI fails with its own words and exit codes", async () => {
    const get = `aws.exe s3api get-object ${object} C:\\b ${ended}`;
    network.failWith({ url: "s3://", error: "NoCredentials", message: "", times: 1 });
    network.failWith({ url: "s3://", error: "EndpointConnection", message: "", times: 1 });
    const said = await run(`${get}\n${get}\n${get}
      aws.exe s3api get-object ${object} --tries 3 C:\\b ${ended}`);

    expect(said.split("\n").filter(Boolean)).toEqual([
      'Unable to locate credentials. You can configure credentials by running "aws configure".',
      "253",
      'Could not connect to the endpoint URL: "https://bucket.s3.eu-central-1.amazonaws.com/files/a"',
      "255",
      "An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist.",
      "254",
      expect.stringMatching(/^usage: aws/),
      "aws.exe: error: Unknown options: --tries",
      "252",
    ]);
  });

  test("the AWS CLI prints the password of ECR", async () => {
    expect(await run("aws.exe ecr get-login-password --region eu-central-1")).toBe("a password");
  });

  test("without a network no name resolves", async () => {
    expect(await wine.run(`${download} ${release} ${ended}`)).toBe("curl: (6) Could not resolve host: dl.k8s.io\n6");
  });
});
