import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ConfigurationInput, parseConfiguration } from "../../functions/configuration.ts";
import { parameterName, publishAll } from "../../local/aws/public-images.ts";
import { type Aws, startAws } from "./aws.ts";

let aws: Aws;
let readUpstream: typeof import("../../functions/upstream.ts").readUpstream;
const releasedAt = new Date("2026-10-01T00:00:00Z");

beforeAll(async () => {
  aws = await startAws();
  await publishAll(aws.emulator, releasedAt);
  ({ readUpstream } = await import("../../functions/upstream.ts"));
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
  const found = await read([{ name: "a", windows: 2022, kubernetes: "1.35", base }]);

  const parameter = `${parameterName({ windows: 2022, edition: "Core", ...image })}${suffix}`;
  expect(found.a).toMatchObject({
    baseParameter: parameter,
    baseAmi: { state: "known", value: expect.stringMatching(/^ami-/) },
  });
});

test("the release date of a base comes from EC2, also of one that has long been frozen", async () => {
  const found = await read([
    { name: "a", windows: 2022, kubernetes: "1.35" },
    { name: "b", windows: 2022, kubernetes: "1.35", base: "ContainersLatest" },
  ]);
  expect(found.a?.baseReleasedAt).toBe(releasedAt.getTime());
  expect(found.b?.baseReleasedAt).toBe(Date.parse("2023-04-14T00:00:00Z"));
});

test("more variants than one call takes are read all the same", async () => {
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
  const found = await read(variants);
  expect(variants).toHaveLength(12);
  expect(Object.values(found).map(({ baseAmi }) => baseAmi.state)).toEqual(variants.map(() => "known"));
});

test("a base that AWS does not publish is missing, with the parameter's name", async () => {
  const found = await read([{ name: "a", windows: 2022, kubernetes: "1.99" }]);
  expect(found.a?.baseAmi).toEqual({ state: "missing", why: expect.stringContaining("EKS_Optimized-1.99/image_id") });
});

test("a parameter that holds no AMI ID is unknown", async () => {
  const name = `${parameterName({ windows: 2019, edition: "Full", base: "Base" })}`;
  await aws.emulator.setPublicParameter(name, "under maintenance");
  const found = await read([{ name: "a", windows: 2019, edition: "Full", kubernetes: "1.35", base: "Base" }]);
  expect(found.a?.baseAmi).toEqual({ state: "unknown", why: `${name} holds "under maintenance", not an AMI ID` });
});

test.each([
  ["upstream", "1.35.7"],
  ["eks", "1.35.4"],
] as const)("the patch version comes from %s", async (kubernetesSource, value) => {
  const found = await read([{ name: "a", windows: 2022, kubernetes: "1.35" }], { kubernetesSource });
  expect(found.a?.kubernetes).toEqual({ state: "known", value });
});

test.each(["upstream", "eks"] as const)(
  "%s that does not answer is unknown, and says what was asked",
  async (kubernetesSource) => {
    aws.upstream.unanswering(true);
    const found = await read([{ name: "a", windows: 2022, kubernetes: "1.35" }], { kubernetesSource });
    expect(found.a?.kubernetes).toEqual({ state: "unknown", why: expect.stringMatching(/1\.35/) });
    expect(found.a?.baseAmi.state).toBe("known");
  },
);

test("a minor that the release host does not have is missing", async () => {
  const found = await read([{ name: "a", windows: 2022, kubernetes: "1.98" }]);
  expect(found.a?.kubernetes).toEqual({
    state: "missing",
    why: expect.stringContaining("there is no Kubernetes 1.98"),
  });
});
