import {
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  EC2Client,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { Instance } from "./machine.ts";

/** The part of the AWS emulator that machines need: where it is, and an identity that may stop any instance. */
export type Emulator = {
  url: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
};

export type Instances = {
  look: () => Promise<{ instance: Instance; state: string }[]>;
  userData: (instanceId: string) => Promise<string>;
  image: (imageId: string) => Promise<Origin>;
  stop: (instanceId: string) => Promise<void>;
  close: () => void;
};

/** Where an image comes from: a public one tells by its name what it is, one of ours which instance it was made of. */
export type Origin = { name: string; sourceInstanceId: string | undefined };

export function createInstances({ url, region, credentials }: Emulator): Instances {
  const ec2 = new EC2Client({ endpoint: url, region, credentials });

  async function look(): Promise<{ instance: Instance; state: string }[]> {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    return Reservations.flatMap(({ Instances = [] }) =>
      Instances.map((each) => ({
        state: each.State?.Name ?? "unknown",
        instance: {
          instanceId: each.InstanceId ?? "",
          address: each.PrivateIpAddress ?? "",
          imageId: each.ImageId ?? "",
          tags: Object.fromEntries((each.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
          userData: "",
        },
      })),
    );
  }

  async function userData(instanceId: string): Promise<string> {
    const { UserData } = await ec2.send(
      new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: "userData" }),
    );
    return Buffer.from(UserData?.Value ?? "", "base64").toString("utf8");
  }

  async function image(imageId: string): Promise<Origin> {
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
    return { name: Images[0]?.Name ?? "", sourceInstanceId: Images[0]?.SourceInstanceId };
  }

  async function stop(instanceId: string): Promise<void> {
    await ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  }

  return { look, userData, image, stop, close: () => ec2.destroy() };
}
