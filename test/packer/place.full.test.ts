import {
  AssociateVpcCidrBlockCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  DescribeVpcsCommand,
  EC2Client,
  ModifyImageAttributeCommand,
  RegisterImageCommand,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PlaceProofWish } from "../../functions/domain/build-orders.ts";
import { placeProofRecord } from "../../functions/domain/place-records.ts";
import { identityOf, proofRecord } from "../../functions/domain/records.ts";
import type { RecordedCall } from "../../local/aws/emulator.ts";
import { requestsOf } from "../../local/policies/requests.ts";
import { accountOf, policiesOf } from "../../local/policies/review.ts";
import { judge } from "../../local/policies/verdict.ts";
import { replayedWindows } from "../../local/recordings/replayed-windows.ts";
import { type Machines, startMachines } from "../../local/winrm/machines.ts";
import type { Host, Windows } from "../../local/winrm/windows.ts";
import { graphOf } from "../infra/graph.ts";
import { callsOf } from "./calls.ts";
import { bucket } from "./codebuild.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { layered } from "./order.ts";
import { packerDirectory } from "./powershell.ts";
import { expectRecorded } from "./recorded-order.ts";
import { openWorkshop, type Run, type Workshop } from "./workshop.ts";

// The real Packer proves a copy in another Region, by a role that the build assumes. This takes about 20 s.
const region = "eu-central-1";
const home = "ami-0a1b2c3d4e5f60718";

let workshop: Workshop;
let machines: Machines;
let there: EC2Client;
let copy: string;
let run: Run;
let ofPlace: RecordedCall[];

beforeAll(async () => {
  workshop = await openWorkshop();
  const { emulator } = workshop;
  const { url: endpoint, credentials } = emulator;
  there = new EC2Client({ endpoint, region, credentials });
  await admitMachines();
  const password = (instance: string) => emulator.password(instance, region);
  const inPlace = { ...emulator, region };
  machines = await startMachines({ emulator: inPlace, password, packerDir: packerDirectory, windows, log: () => {} });
  copy = await copied();
  await Promise.all([recordMade(), trustBuilds()]);
  run = await workshop.run({ wish: wished() });
  ofPlace = (await emulator.calls()).filter(({ role }) => role === "places");
});

afterAll(async () => {
  await machines?.stop();
  await workshop?.stop();
});

/** Packer takes the subnet of the default VPC that has the most free addresses: one whose addresses exist here. */
async function admitMachines(): Promise<void> {
  const CidrBlock = `${workshop.emulator.network.prefix}.64.0/18`;
  const { Vpcs = [] } = await there.send(
    new DescribeVpcsCommand({ Filters: [{ Name: "is-default", Values: ["true"] }] }),
  );
  const VpcId = Vpcs[0]?.VpcId ?? "";
  await there.send(new AssociateVpcCidrBlockCommand({ VpcId, CidrBlock }));
  await there.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone: `${region}a` }));
}

async function copied(): Promise<string> {
  const { ImageId } = await there.send(new RegisterImageCommand({ Name: "a copy" }));
  await there.send(new ModifyImageAttributeCommand({ ImageId, ImdsSupport: { Value: "v2.0" } }));
  const Tags = [{ Key: "eks-windows-images:stage", Value: "production" }];
  await there.send(new CreateTagsCommand({ Resources: [`${ImageId}`], Tags }));
  return ImageId ?? "";
}

/** What a machine of the copy runs: that it was built is played at once, because no build of this test has made it. */
async function windows(name: string, host: Host): Promise<Windows> {
  const built = await replayedWindows(name, host);
  const environment = { WINDOWS: "2022", KUBERNETES_VERSION: "1.35.8", CONTAINER_IMAGES: "[]" };
  await built.run({ step: "10-checks", environment, path: "", elevated: null, commandLine: "" });
  return built.copy(host);
}

/** The place's role demands the external ID. Each build of a workshop has a role of its own. */
async function trustBuilds(): Promise<void> {
  const { url: endpoint, region, credentials, accountId } = workshop.emulator;
  const trust = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "sts:ExternalId": "eks-windows-images:production" } },
  };
  const document = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
  const iam = new IAMClient({ endpoint, region, credentials });
  await iam.send(new CreateRoleCommand({ RoleName: "places", AssumeRolePolicyDocument: document }));
}

/** A build at home has made the image and left its report. */
async function recordMade(): Promise<void> {
  const { variant, inputs } = wished();
  const made = { result: "made" as const, token: "a".repeat(64), identity: identityOf(variant.name, inputs) };
  for (const Key of [`records/${proofRecord("proofs", home, made)}`, `reports/${home}/report.json`])
    await workshop.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "{}" }));
}

function wished(): PlaceProofWish {
  const { variant, inputs } = layered("ami-0123456789abcdef0", 1);
  const roleArn = `arn:aws:iam::${workshop.emulator.accountId}:role/places`;
  const place = { name: "frankfurt", region, roleArn, externalId: "eks-windows-images:production", image: copy };
  return { purpose: "prove-place", variant, inputs, attempt: 1, reasons: ["no proof"], image: home, place };
}

test("the build succeeds and says that home's image is proved", () => {
  expect(run.succeeded, run.log).toBe(true);
  expect(run.exported).toMatchObject({ IMAGE_ID: home, PROOF: "passed", FAILURE_CLASS: "" });
});

test("the place's role is assumed with its external ID, in sessions that name the order", async () => {
  const assumed = (await workshop.emulator.calls()).filter(
    ({ operation, parameters }) => operation === "AssumeRole" && String(parameters.RoleArn).endsWith("/places"),
  );

  expect(assumed.length).toBeGreaterThan(0);
  for (const { parameters } of assumed)
    expect(parameters).toMatchObject({
      ExternalId: "eks-windows-images:production",
      RoleSessionName: `eks-windows-images-${run.order.token.slice(0, 12)}`,
    });
});

test("the machine starts in the place from the image there, without a profile of home's, with our tags", () => {
  const [request, ...others] = callsOf({ calls: ofPlace } as never, "RunInstances");

  expect(others).toEqual([]);
  expect(request).toMatchObject({ ImageId: copy, MetadataOptions: { HttpTokens: "required" } });
  expect(request?.IamInstanceProfile).toEqual({ Name: "" });
  expect(JSON.stringify(request?.TagSpecifications)).toContain(run.order.token);
});

describe("what Packer does to the machine", () => {
  test("is the recorded order of the proof", async () => {
    expect(machines.transcripts()).toHaveLength(1);
    await expectRecorded("proof", machines.transcripts()[0] as never);
  });
});

test("the build's own role calls no EC2, and leaves the record and report of the place only", async () => {
  const own = (await workshop.emulator.calls()).filter(({ role }) => role?.startsWith("build-"));

  expect(own.filter(({ service }) => service === "ec2")).toEqual([]);
  expect(own.filter(({ operation }) => operation === "PutObject").map(({ parameters }) => parameters.Key)).toEqual([
    `reports/${home}/proof-frankfurt.json`,
    `records/${placeProofRecord(home, "frankfurt", { result: "passed", token: run.order.token })}`,
  ]);
});

test("Packer makes only calls that the deployed role of the own places allows", async () => {
  const places = [{ name: "frankfurt", region, method: "copy" as const, prove: true }];
  const { resources, named } = await graphOf(
    { variants: [{ windows: 2022, kubernetes: "1.35" }], places },
    "production",
  );
  const account = accountOf({ partition: "aws", region, accountId: workshop.emulator.accountId }, resources);
  const policies = policiesOf(resources).get(String(named("PlacesRole").inputs.name)) ?? [];
  const requests = ofPlace
    .flatMap((call) => requestsOf(call, account))
    .map((request) => ({ ...request, context: { ...request.context, "aws:requestedregion": [region] } }));
  const verdicts = requests.map((request) => judge(policies, request));

  expect(verdicts.length).toBeGreaterThan(20);
  expect(verdicts.flatMap((verdict) => (verdict.allowed ? [] : verdict.why))).toEqual([]);
});

test("the log shows no credentials", () => {
  for (const secret of run.secrets) expect(run.log).not.toContain(secret);
  expect(run.log).not.toMatch(/ASIA[A-Z0-9]{16}/);
});

test("no temporary resource is left there", async () => {
  await expectNothingLeft(there);
});
