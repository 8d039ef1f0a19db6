import { expect, test } from "vitest";
import type { Evidence } from "../../../../local/breaking/evidence.ts";
import { judge } from "../../../../local/breaking/judgement.ts";
import type { Build, BuildStatus } from "../../../../local/codebuild/build.ts";

const channelsPrefix = "/eks-windows-images/broken/channels";
const image = "ami-0000000000000001";
const base = "ami-00000000000000ba";

const record = (result: string) => ({
  operation: "PutObject",
  parameters: { Key: `records/proofs/${image}/${result}-token-identity` },
});
const write = (channel: string) => ({
  operation: "PutParameter",
  parameters: { Name: `${channelsPrefix}/core/${channel}`, Value: image },
});
const told = (kind: string, more: object) => ({ kind, variant: "core", text: "", subject: "", ...more });

function build(id: string, buildStatus: BuildStatus, failureClass = ""): Build {
  const variables = { VARIANT: "core", TOKEN: id };
  const asList = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ name, value }));
  return {
    id,
    buildStatus,
    environment: { environmentVariables: asList(variables) },
    exportedEnvironmentVariables: asList({ FAILURE_CLASS: failureClass }),
  } as unknown as Build;
}

/** A service that has survived: one image of the newest inputs, proved and then published to both channels. */
const survived: Evidence = {
  variants: [{ name: "core", desired: { kubernetes: "1.35.7" }, newestBase: base, candidate: image, stable: image }],
  images: [{ id: image, tags: { "input:baseAmi": base, "input:kubernetes": "1.35.7" }, snapshots: ["snap-1"] }],
  snapshots: ["snap-1"],
  calls: [record("made"), record("passed"), write("candidate"), write("stable")],
  builds: [build("first", "TIMED_OUT"), build("second", "SUCCEEDED")],
  notifications: [told("published", { channel: "candidate", image }), told("published", { channel: "stable", image })],
  leftBehind: [],
  denied: [],
  channelsPrefix,
};

test("nothing is wrong with a service that has survived", () => {
  expect(judge(survived)).toEqual([]);
});

const [variant] = survived.variants;
const [published, publishedToStable] = survived.notifications;

test.each<[string, Partial<Evidence>, RegExp]>([
  [
    "the candidate is none",
    { variants: [{ ...variant, candidate: null } as never] },
    /candidate of core holds nothing/,
  ],
  [
    "the candidate lacks the newest base",
    { variants: [{ ...variant, newestBase: "ami-2" } as never] },
    /has baseAmi ami-00000000000000ba, not ami-2/,
  ],
  ["stable stays behind", { variants: [{ ...variant, stable: null } as never] }, /stable of core holds null/],
  ["an instance runs on", { leftBehind: ["the instance i-1 is left behind, running"] }, /i-1 is left behind/],
  ["a snapshot is part of no image", { snapshots: ["snap-1", "snap-2"] }, /snapshot snap-2 is left behind/],
  [
    "an image is unknown",
    { images: [...survived.images, { id: "ami-3", tags: {}, snapshots: [] }] },
    /image ami-3 is left behind/,
  ],
  [
    "a channel gets an image before its proof",
    { calls: [record("made"), write("candidate"), record("passed"), write("stable")] },
    /candidate was set to ami-0000000000000001, which no build had proved/,
  ],
  ["a publication stays untold", { notifications: [published as never] }, /nobody was told that .*\/stable got ami-/],
  [
    "a failure that the same inputs meet again stays untold",
    { builds: [build("first", "FAILED", "provision")] },
    /nobody was told that first failed/,
  ],
  [
    "the third outage in a row stays untold",
    { builds: ["one", "two", "three"].map((id) => build(id, "FAILED", "capacity")) },
    /^nobody was told that three failed$/,
  ],
  [
    "an order is built twice",
    { builds: [build("first", "SUCCEEDED"), { ...build("first", "SUCCEEDED"), id: "again" }] },
    /again is the same order/,
  ],
  ["a role needs what its policies deny", { denied: ["build: ec2:RunInstances"] }, /ec2:RunInstances/],
])("it is found if %s", (_, changes, finding) => {
  const findings = judge({ ...survived, ...changes });

  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatch(finding);
});

test("an image that subscribers were told of, and two outages in a row, are no findings", () => {
  const stray = { id: "ami-3", tags: {}, snapshots: [] };
  const changes = {
    images: [...survived.images, stray],
    notifications: [published, publishedToStable, told("unrecorded", { images: ["ami-3"] })] as never,
    builds: [build("one", "FAILED", "capacity"), build("two", "FAULT"), build("three", "SUCCEEDED")],
  };

  expect(judge({ ...survived, ...changes })).toEqual([]);
});
