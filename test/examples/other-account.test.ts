import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescribeImageAttributeCommand } from "@aws-sdk/client-ec2";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type EmulatorWorkshop, openWorkshop } from "../local/aws/emulator-workshop.ts";
import { readTemplate } from "./files.ts";

type Template = {
  Parameters: { Channel: { Default: string } };
  Resources: { Share: { Properties: { Code: { ZipFile: string } } } };
};

const other = "210987654321";
const template = readTemplate("other-account/images.cfn.yaml") as Template;
const channel = template.Parameters.Channel.Default;
const role = `arn:aws:iam::${other}:role/take-windows-images`;
let workshop: EmulatorWorkshop;
let directory: string;
let share: () => Promise<void>;

beforeAll(async () => {
  workshop = await openWorkshop();
  for (const [name, value] of Object.entries({
    ...workshop.emulator.environment,
    CHANNEL: channel,
    ACCOUNT: other,
    ROLE: role,
  }))
    vi.stubEnv(name, value);
  // Below the repository, where the function finds the SDK, which Lambda has.
  const runs = fileURLToPath(new URL("../../.run", import.meta.url));
  mkdirSync(runs, { recursive: true });
  directory = mkdtempSync(join(runs, "function-"));
  const file = join(directory, "index.cjs");
  writeFileSync(file, template.Resources.Share.Properties.Code.ZipFile);
  share = createRequire(import.meta.url)(file).handler;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
  await workshop?.stop();
});

/** The parameter as the other account has it. */
async function parameterThere(): Promise<string | undefined> {
  const { access } = workshop;
  const { Credentials } = await new STSClient(access).send(
    new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "look" }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
  const { Parameter } = await new SSMClient({ ...access, credentials }).send(
    new GetParameterCommand({ Name: channel }),
  );
  return Parameter?.Value;
}

async function publish(image: string): Promise<void> {
  const content = { Name: channel, Value: image, Type: "String", DataType: "aws:ec2:image", Overwrite: true } as const;
  await workshop.ssm.send(new PutParameterCommand(content));
  await vi.waitFor(async () => expect(await workshop.parameterValue(channel)).toBe(image), { timeout: 60_000 });
}

test("the function shares each image that the channel holds, and writes it to the other account's parameter", async () => {
  const [first, second] = [await workshop.image(), await workshop.image()];
  for (const image of [first, second]) {
    await publish(image);
    await share();

    const { LaunchPermissions } = await workshop.ec2.send(
      new DescribeImageAttributeCommand({ ImageId: image, Attribute: "launchPermission" }),
    );
    expect(LaunchPermissions).toEqual([{ UserId: other }]);
    expect(await parameterThere()).toBe(image);
  }
});

test("the function writes nothing that is there already", async () => {
  await share();
  const before = (await workshop.emulator.calls()).length;
  await share();

  const calls = await workshop.emulator.calls(before);
  expect(calls.map(({ operation }) => operation)).toContain("GetParameter");
  expect(calls.map(({ operation }) => operation)).not.toContain("PutParameter");
});
