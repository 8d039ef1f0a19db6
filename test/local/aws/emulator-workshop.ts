import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateImageCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { SQSClient } from "@aws-sdk/client-sqs";
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { type Emulator, startEmulator } from "../../../local/aws/emulator.ts";
import { parameterName, publishAll } from "../../../local/aws/public-images.ts";
import { type Clock, createClock } from "../../../local/clock/clock.ts";
import { installTools, type Tools } from "../../../local/tools/install.ts";

export const base2022 = { windows: 2022, edition: "Core", base: "Base" } as const;

/** An emulator with AWS's images of 20 October 2026, on a clock that starts on 5 November. */
export interface EmulatorWorkshop {
  tools: Tools;
  clock: Clock;
  emulator: Emulator;
  access: { endpoint: string; region: string; credentials: Emulator["credentials"] };
  ec2: EC2Client;
  ssm: SSMClient;
  sqs: SQSClient;
  /** A unique name. */
  fresh(what: string): string;
  parameterValue(parameter: string): Promise<string | undefined>;
  machine(keyName?: string, image?: string): Promise<{ id: string; address: string }>;
  /** Creates an image of the account. */
  image(): Promise<string>;
  stop(): Promise<void>;
}

export async function openWorkshop(): Promise<EmulatorWorkshop> {
  const tools = await installTools(() => {});
  const dir = mkdtempSync(join(tmpdir(), "emulator-"));
  const clock = createClock(join(dir, "clock"), new Date("2026-11-05T12:00:00Z"));
  const emulator = await startEmulator({ tools, dir, clock });
  const access = { endpoint: emulator.url, region: emulator.region, credentials: emulator.credentials };
  const ec2 = new EC2Client(access);
  const ssm = new SSMClient(access);
  let number = 0;
  await publishAll(emulator, new Date("2026-10-20T00:00:00Z"));

  function fresh(what: string): string {
    number += 1;
    return `${what}-${number}`;
  }

  async function parameterValue(parameter: string) {
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: [parameter] }));
    return Parameters[0]?.Value;
  }

  async function machine(keyName?: string, image?: string) {
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: image ?? (await parameterValue(parameterName(base2022))),
        InstanceType: "m7i.xlarge",
        MinCount: 1,
        MaxCount: 1,
        SubnetId: emulator.network.subnetId,
        KeyName: keyName,
      }),
    );
    const [instance] = Instances;
    if (!instance?.InstanceId) throw new Error("running an instance: the answer has none");
    return { id: instance.InstanceId, address: instance.PrivateIpAddress ?? "" };
  }

  async function image() {
    const tags = [{ Key: "eks-windows-images:variant", Value: "windows-2022-core-1.35" }];
    const { ImageId = "" } = await ec2.send(
      new CreateImageCommand({
        InstanceId: (await machine()).id,
        Name: fresh("image"),
        TagSpecifications: [
          { ResourceType: "image", Tags: tags },
          { ResourceType: "snapshot", Tags: tags },
        ],
      }),
    );
    return ImageId;
  }

  return {
    tools,
    clock,
    emulator,
    access,
    ec2,
    ssm,
    sqs: new SQSClient(access),
    fresh,
    parameterValue,
    machine,
    image,
    async stop() {
      await emulator.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
