import { createHash } from "node:crypto";
import { DescribeClusterVersionsCommand, EKSClient } from "@aws-sdk/client-eks";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startUpstream, type Upstream } from "../../../local/aws/upstream.ts";

let upstream: Upstream;

beforeEach(async () => {
  upstream = await startUpstream();
});

afterEach(() => upstream.stop());

async function text(path: string): Promise<string> {
  const response = await fetch(`${upstream.url}${path}`);
  return response.ok ? response.text() : String(response.status);
}

function eks(): EKSClient {
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  return new EKSClient({ endpoint: upstream.eksUrl, region: "us-east-1", credentials, maxAttempts: 1 });
}

test("a Kubernetes release changes the newest patch of its minor and no other", async () => {
  upstream.setKubernetes("1.35.7");
  upstream.setKubernetes("1.36.3");

  const before = await text("/release/stable-1.35.txt");
  upstream.setKubernetes("1.35.8");

  expect(before).toBe("v1.35.7");
  expect(await text("/release/stable-1.35.txt")).toBe("v1.35.8");
  expect(await text("/release/stable-1.36.txt")).toBe("v1.36.3");
  expect(await text("/release/stable-1.37.txt")).toBe("404");
});

test("every released Windows binary has its checksum, and an unreleased one does not exist", async () => {
  upstream.setKubernetes("1.35.8");

  const binary = await text("/v1.35.7/bin/windows/amd64/kubelet.exe");
  const checksum = await text("/v1.35.7/bin/windows/amd64/kubelet.exe.sha256");

  expect(checksum).toBe(createHash("sha256").update(binary).digest("hex"));
  expect(await text("/v1.35.8/bin/windows/amd64/kube-proxy.exe")).not.toBe(binary);
  expect(await text("/v1.35.9/bin/windows/amd64/kubelet.exe")).toBe("404");
});

test("EKS reports its own patch, independent of upstream", async () => {
  upstream.setKubernetes("1.35.8");
  upstream.setEksKubernetes("1.35.6");
  upstream.setEksKubernetes("1.36.1");

  const { clusterVersions } = await eks().send(new DescribeClusterVersionsCommand({ clusterVersions: ["1.35"] }));

  expect(clusterVersions).toMatchObject([
    { clusterVersion: "1.35", kubernetesPatchVersion: "1.35.6", versionStatus: "STANDARD_SUPPORT" },
  ]);
  expect(clusterVersions?.[0]?.endOfStandardSupportDate).toBeInstanceOf(Date);
});

test("a silent upstream breaks off connections until it answers again", async () => {
  upstream.setKubernetes("1.35.8");

  upstream.unanswering(true);
  const silent = await Promise.allSettled([
    text("/release/stable-1.35.txt"),
    eks().send(new DescribeClusterVersionsCommand({})),
  ]);
  upstream.unanswering(false);

  expect(silent.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await text("/release/stable-1.35.txt")).toBe("v1.35.8");
});

test("files are served unchanged", async () => {
  const archive = Buffer.from([0x50, 0x4b, 0, 255]);
  upstream.putFile("packer/1.16.0/packer_1.16.0_linux_amd64.zip", archive);

  const response = await fetch(`${upstream.filesUrl}/packer/1.16.0/packer_1.16.0_linux_amd64.zip`);

  expect(Buffer.from(await response.arrayBuffer())).toEqual(archive);
  expect((await fetch(`${upstream.filesUrl}/packer/none.zip`)).status).toBe(404);
});

test("a release without a patch version is refused", () => {
  expect(() => upstream.setKubernetes("1.35")).toThrow(/expected a patch version such as 1\.35\.8/);
});
