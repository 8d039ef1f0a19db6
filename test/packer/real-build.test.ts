import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { classify } from "../../buildspec/classify.mjs";
import { entriesAfter, stepsOf, uploadedBytes } from "../../local/windows/transcript.ts";
import { callsOf, plain, tagsAtBirth } from "./calls.ts";
import { inputTags, reference, runTags, variables } from "./order.ts";
import { formsOf } from "./secrets.ts";
import { openWorkshop, type Run, type Workshop } from "./workshop.ts";

// The recipe itself, by the real Packer: one build and the proof of its image, beside a build that hangs. Packer sleeps nearly all of their 40 s.
const TIMEOUT_MS = 110_000;

let workshop: Workshop;
let build: Run;
let proof: Run;
let late: Run;
let imageId: string;

beforeAll(async () => {
  workshop = await openWorkshop();
  workshop.machines.behave({ step: "20-windows-updates", when: ({ tags }) => tags.Name === "late", hang: true });
  [late] = await Promise.all([buildLate(), buildAndProve()]);
}, TIMEOUT_MS);

afterAll(async () => {
  await workshop.stop();
});

describe("the build", () => {
  test("takes every step in order, with a restart after each round of updates", () => {
    const steps = stepsOf(build.transcript);

    expect(steps).toEqual([
      "10-files",
      "20-windows-updates",
      "restart",
      "20-windows-updates",
      "restart",
      "25-updates-complete",
      "30-eks-tools",
      "40-containerd",
      "50-container-images",
      "60-custom",
      "70-verify",
      "80-report",
      "90-sysprep",
    ]);
  });

  test("installs updates as SYSTEM and everything else as Administrator", () => {
    const elevated = build.transcript.entries.flatMap((entry) =>
      entry.kind === "script" && entry.elevated ? [`${entry.step} as ${entry.elevated}`] : [],
    );

    expect(elevated).toEqual([
      "20-windows-updates as SYSTEM",
      "20-windows-updates as SYSTEM",
      "25-updates-complete as SYSTEM",
    ]);
  });

  test("leaves the machine alone after the last step: it stops itself", () => {
    const after = entriesAfter(build.transcript, "90-sysprep");

    expect(after).toEqual([expect.objectContaining({ kind: "shutdown", by: "itself" })]);
    expect(callsOf(build, "StopInstances")).toEqual([]);
  });

  test("runs on an instance that is found by its tags, takes IMDSv2 only and has an encrypted disk", () => {
    const [request] = callsOf(build, "RunInstances");

    expect(request).toMatchObject({
      ImageId: workshop.sourceImage,
      MetadataOptions: { HttpEndpoint: "enabled", HttpTokens: "required" },
      BlockDeviceMappings: [
        {
          DeviceName: "/dev/sda1",
          Ebs: { VolumeType: "gp3", VolumeSize: 120, Encrypted: true, DeleteOnTermination: true },
        },
      ],
    });
    expect(tagsAtBirth(build, "RunInstances", "instance")).toEqual(runTags);
    expect(tagsAtBirth(build, "RunInstances", "volume")).toEqual(runTags);
  });

  test("makes an image that takes IMDSv2 only and says what it was made from, as its snapshot does", async () => {
    const { Images: [image] = [] } = await workshop.ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
    const { Snapshots: [snapshot] = [] } = await workshop.ec2.send(
      new DescribeSnapshotsCommand({ SnapshotIds: [image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ""] }),
    );

    expect(image).toMatchObject({ Name: runTags.Name, State: "available" });
    expect(plain(image?.Tags)).toEqual({ ...runTags, ...inputTags });
    expect(plain(snapshot?.Tags)).toEqual({ ...runTags, ...inputTags });
    expect(tagsAtBirth(build, "CreateImage", "image")).toEqual(runTags);
    expect(tagsAtBirth(build, "CreateImage", "snapshot")).toEqual(runTags);
    expect(callsOf(build, "ModifyImageAttribute")).toContainEqual({
      ImageId: imageId,
      ImdsSupport: { Value: "v2.0" },
    });
  });

  test("brings out the results of its tests and the report of the image", () => {
    const tests = JSON.parse(build.read("tests.json"));
    const report = JSON.parse(build.read("report.json"));

    expect(tests).toMatchObject({ failed: 0 });
    expect(report).toMatchObject({ kubernetesVersion: "1.35.8", containerImages: [{ name: reference }] });
  });
});

describe("the proof", () => {
  test("boots the image, checks it and ends", () => {
    const report = JSON.parse(proof.read("proof.json"));

    expect(stepsOf(proof.transcript)).toEqual(["10-checks"]);
    expect(report).toMatchObject({ result: "passed" });
    expect(callsOf(proof, "CreateImage")).toEqual([]);
  });

  test("takes metadata options and disk from the image: nothing else would show what nodes get", () => {
    const [request] = callsOf(proof, "RunInstances");

    expect(request).toMatchObject({ ImageId: imageId });
    expect(request).not.toHaveProperty("MetadataOptions");
    expect(request).not.toHaveProperty("BlockDeviceMappings");
  });

  test("takes its inventory before WinRM is opened", () => {
    const { userData } = proof.transcript;

    expect(userData).toMatch(/^<powershell>[\s\S]+inventory\.json[\s\S]+New-NetFirewallRule[\s\S]+<\/powershell>\s*$/);
  });

  test("runs on an instance that is found by its tags", () => {
    const expected = { ...runTags, Name: `proof of ${runTags.Name}` };

    expect(tagsAtBirth(proof, "RunInstances", "instance")).toEqual(expected);
    expect(tagsAtBirth(proof, "RunInstances", "volume")).toEqual(expected);
  });
});

test("a step that hangs is ended once its time is over, and fails the build as what it is", () => {
  expect(late.exitCode).not.toBe(0);
  expect(late.transcript.entries.at(-2)).toMatchObject({ step: "20-windows-updates", exitCode: null });
  expect(classify("build", late.output)).toEqual({
    class: "updates",
    cause: "20-windows-updates: not done in the time it has",
  });
  expect(callsOf(late, "CreateImage")).toEqual([]);
});

describe.each([
  ["the build", () => build],
  ["the proof", () => proof],
  ["the build that hangs", () => late],
])("%s", (_, run) => {
  test("gives the machine no secret: no password, no credentials", () => {
    const { transcript, secrets } = run();

    const given = Buffer.concat([uploadedBytes(transcript), Buffer.from(transcript.userData)]);

    expect(secrets).toHaveLength(4);
    for (const secret of secrets)
      for (const form of formsOf(secret)) expect(given.includes(form), `"${secret}" as ${form}`).toBe(false);
  });

  test("opens the machine to the one address it was told", () => {
    const opened = callsOf(run(), "AuthorizeSecurityGroupIngress");

    expect(opened.map(({ IpPermissions }) => IpPermissions)).toEqual([
      [{ IpProtocol: "tcp", FromPort: 5986, ToPort: 5986, IpRanges: [{ CidrIp: "203.0.113.7/32" }] }],
    ]);
  });

  test("deletes what it made on the way", async () => {
    const { ec2 } = workshop;
    const { Reservations = [] } = await ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [run().transcript.instanceId] }),
    );
    const { KeyPairs } = await ec2.send(new DescribeKeyPairsCommand({}));
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));

    expect(Reservations[0]?.Instances?.[0]?.State?.Name).toBe("terminated");
    expect(KeyPairs).toEqual([]);
    expect(SecurityGroups.filter(({ GroupName }) => GroupName !== "default")).toEqual([]);
    expect(Volumes).toEqual([]);
  });
});

async function buildAndProve(): Promise<void> {
  const given = { ...variables, source_ami: workshop.sourceImage };
  build = await workshop.run({ template: "", name: runTags.Name, variables: given });
  if (build.exitCode !== 0) throw new Error(`building\n${build.output}`);
  imageId = JSON.parse(build.read("manifest.json")).builds[0].artifact_id.split(":")[1];
  proof = await workshop.run({
    template: "proof",
    name: `proof of ${runTags.Name}`,
    variables: { ...given, image_id: imageId },
  });
  if (proof.exitCode !== 0) throw new Error(`proving\n${proof.output}`);
}

async function buildLate(): Promise<Run> {
  const given = { ...variables, source_ami: workshop.sourceImage, image_name: "late", updates_timeout: "3s" };
  return workshop.run({ template: "", name: "late", variables: given });
}
