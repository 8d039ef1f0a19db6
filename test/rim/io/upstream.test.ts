import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ConfigurationInput, parseConfiguration } from "../../../functions/config/configuration.ts";
import { parameterName, publishAll } from "../../../local/aws/public-images.ts";
import { type Aws, startAws } from "../aws.ts";

let aws: Aws;
let readUpstream: typeof import("../../../functions/io/upstream.ts").readUpstream;
let readBinaries: typeof import("../../../functions/io/kubernetes-releases.ts").readBinaries;
const releasedAt = new Date("2026-10-01T00:00:00Z");

beforeAll(async () => {
  aws = await startAws();
  await publishAll(aws.emulator, releasedAt);
  ({ readUpstream } = await import("../../../functions/io/upstream.ts"));
  ({ readBinaries } = await import("../../../functions/io/kubernetes-releases.ts"));
});

beforeEach(() => {
  aws.upstream.unanswering(false);
  aws.upstream.setKubernetes("1.35.7");
  aws.upstream.setEksKubernetes("1.35.4");
});

afterAll(() => aws?.stop());

function read(variants: ConfigurationInput["variants"], policies: ConfigurationInput["policies"] = {}) {
  return readUpstream(
    parseConfiguration({ variants, policies: { kubernetesReleaseUrl: aws.upstream.url, ...policies } }),
  );
}

test.each([
  ["EKS_Optimized", { base: "EKS_Optimized", kubernetes: "1.35" }, "/image_id"],
  ["ContainersLatest", { base: "ContainersLatest" }, ""],
  ["Base", { base: "Base" }, ""],
] as const)("a variant of the family %s reads that family's public parameter", async (base, image, suffix) => {
  const upstream = await read([{ name: "a", windows: 2022, kubernetes: "1.35", base }]);

  const parameter = `${parameterName({ windows: 2022, edition: "Core", ...image })}${suffix}`;
  expect(upstream.a).toMatchObject({
    baseParameter: parameter,
    baseAmi: { state: "known", value: expect.stringMatching(/^ami-/) },
  });
});

test("the release date of a base comes from EC2, even for a family that is frozen", async () => {
  const upstream = await read([
    { name: "a", windows: 2022, kubernetes: "1.35" },
    { name: "b", windows: 2022, kubernetes: "1.35", base: "ContainersLatest" },
  ]);
  expect(upstream.a?.baseReleasedAt).toBe(releasedAt.getTime());
  expect(upstream.b?.baseReleasedAt).toBe(Date.parse("2023-04-14T00:00:00Z"));
});

test("more variants than fit into one call are all read", async () => {
  const variants = (["Core", "Full"] as const).flatMap((edition) =>
    ([2019, 2022] as const).flatMap((windows) =>
      ["1.33", "1.34", "1.35"].map((kubernetes) => ({
        name: `${windows}-${edition}-${kubernetes}`.toLowerCase(),
        windows,
        edition,
        kubernetes,
      })),
    ),
  );
  const upstream = await read(variants);
  expect(variants).toHaveLength(12);
  expect(Object.values(upstream).map(({ baseAmi }) => baseAmi.state)).toEqual(variants.map(() => "known"));
});

test("a base that AWS does not publish is missing, with the parameter's name", async () => {
  const upstream = await read([{ name: "a", windows: 2022, kubernetes: "1.99" }]);
  expect(upstream.a?.baseAmi).toEqual({
    state: "missing",
    why: expect.stringContaining("EKS_Optimized-1.99/image_id"),
  });
});

test("a parameter that holds no AMI ID is unknown", async () => {
  const name = `${parameterName({ windows: 2019, edition: "Full", base: "Base" })}`;
  await aws.emulator.setPublicParameter(name, "under maintenance");
  const upstream = await read([{ name: "a", windows: 2019, edition: "Full", kubernetes: "1.35", base: "Base" }]);
  expect(upstream.a?.baseAmi).toEqual({ state: "unknown", why: `${name} holds "under maintenance", not an AMI ID` });
});

test.each([
  ["upstream", "1.35.7"],
  ["eks", "1.35.4"],
] as const)("the patch version comes from %s", async (kubernetesSource, value) => {
  const upstream = await read([{ name: "a", windows: 2022, kubernetes: "1.35" }], { kubernetesSource });
  expect(upstream.a?.kubernetes).toEqual({ state: "known", value });
});

test.each(["upstream", "eks"] as const)(
  "a source %s that does not answer is unknown, and the reason names the version",
  async (kubernetesSource) => {
    aws.upstream.unanswering(true);
    const upstream = await read([{ name: "a", windows: 2022, kubernetes: "1.35" }], { kubernetesSource });
    expect(upstream.a?.kubernetes).toEqual({ state: "unknown", why: expect.stringMatching(/1\.35/) });
    expect(upstream.a?.baseAmi.state).toBe("known");
  },
);

test("a minor that the release host does not have is missing", async () => {
  const upstream = await read([{ name: "a", windows: 2022, kubernetes: "1.98" }]);
  expect(upstream.a?.kubernetes).toEqual({
    state: "missing",
    why: expect.stringContaining("there is no Kubernetes 1.98"),
  });
});

test.each(["ContainersLatest", "Base"] as const)(
  "an assembled image of %s is harvested from AWS's EKS image of its Windows and minor, edition Core",
  async (base) => {
    const upstream = await read([
      { name: "assembled", windows: 2022, edition: "Full", kubernetes: "1.34", base },
      { name: "layered", windows: 2022, edition: "Core", kubernetes: "1.34" },
    ]);
    expect(upstream.assembled?.harvestSource).toEqual(upstream.layered?.baseAmi);
    expect(upstream.assembled).toMatchObject({ baseImage: { state: "there" }, harvestImage: { state: "there" } });
    expect(upstream.layered).toMatchObject({
      baseImage: { state: "there" },
      harvestSource: undefined,
      harvestImage: undefined,
    });
  },
);

test("an EKS image that AWS does not publish is a missing harvest source", async () => {
  const upstream = await read([{ name: "a", windows: 2022, kubernetes: "1.99", base: "Base" }]);
  expect(upstream.a?.baseAmi.state).toBe("known");
  expect(upstream.a?.harvestSource).toEqual({
    state: "missing",
    why: expect.stringContaining("Core-EKS_Optimized-1.99"),
  });
});

test("a parameter that names an image unknown to EC2 has a missing base image", async () => {
  const name = parameterName({ windows: 2025, edition: "Full", base: "Base" });
  await aws.emulator.setPublicParameter(name, "ami-0000000000000dead");
  const upstream = await read([{ name: "a", windows: 2025, edition: "Full", kubernetes: "1.35", base: "Base" }]);
  expect(upstream.a).toMatchObject({
    baseAmi: { state: "known" },
    baseImage: { state: "missing", why: expect.stringContaining("ami-0000000000000dead") },
    baseReleasedAt: undefined,
  });
});

describe("the binaries of a Kubernetes version", () => {
  test("are there, for each version separately, if the checksums of both programs exist", async () => {
    expect(await readBinaries(["1.35.7", "1.35.9", "1.35.7"], aws.upstream.url)).toEqual({
      "1.35.7": { state: "there" },
      "1.35.9": { state: "missing", why: expect.stringContaining("/v1.35.9/bin/windows/amd64/kubelet.exe") },
    });
  });

  test("are unknown while the release host does not answer", async () => {
    aws.upstream.unanswering(true);
    expect(await readBinaries(["1.35.6"], aws.upstream.url)).toMatchObject({ "1.35.6": { state: "unknown" } });
  });

  test("are unknown if the host answers with something else than a checksum", async () => {
    const folder = "mirror/v1.35.7/bin/windows/amd64";
    for (const program of ["kubelet.exe", "kube-proxy.exe"]) {
      aws.upstream.putFile(`${folder}/${program}`, "program");
      aws.upstream.putFile(`${folder}/${program}.sha256`, "<html>Please sign in</html>");
    }
    expect(await readBinaries(["1.35.7"], `${aws.upstream.filesUrl}/mirror`)).toEqual({
      "1.35.7": { state: "unknown", why: expect.stringContaining("kubelet.exe.sha256 holds no SHA-256") },
    });
  });
});
