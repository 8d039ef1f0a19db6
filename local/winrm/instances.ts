import {
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  EC2Client,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { GetInstanceProfileCommand, IAMClient } from "@aws-sdk/client-iam";
import { type Credentials, createRoleCredentials } from "../aws/role-credentials.ts";
import type { Instance } from "./machine.ts";

/** The part of the AWS emulator that machines need: its address, and credentials that may do what EC2 itself does. */
export type Emulator = {
  url: string;
  region: string;
  credentials: Credentials;
};

export type Instances = {
  /** Every instance that is not terminated. */
  list: () => Promise<{ instance: Instance; state: string }[]>;
  userData: (instanceId: string) => Promise<string>;
  image: (imageId: string) => Promise<Origin>;
  /**
   * The credentials that the metadata service returns: those of the role in the instance's profile, undefined without a
   * profile.
   */
  credentials: (instanceId: string) => Promise<Credentials | undefined>;
  stop: (instanceId: string) => Promise<void>;
  close: () => void;
};

/** Terminated instances are left out, because their number grows during a run. */
const notTerminated = { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] };

/**
 * Where an image comes from: a public image is identified by its name, an image built here by the instance that it was
 * made from.
 */
export type Origin = { name: string; sourceInstanceId: string | undefined };

export function createInstances({ url, region, credentials: own }: Emulator, now: () => Date): Instances {
  const aws = { endpoint: url, region, credentials: own };
  const ec2 = new EC2Client(aws);
  const iam = new IAMClient(aws);
  const roles = createRoleCredentials({ ...aws, now });

  async function list(): Promise<{ instance: Instance; state: string }[]> {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters: [notTerminated] }));
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

  async function credentials(instanceId: string): Promise<Credentials | undefined> {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    const profile = Reservations[0]?.Instances?.[0]?.IamInstanceProfile?.Arn?.split("/").at(-1);
    if (!profile) return undefined;
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: profile }));
    const role = InstanceProfile?.Roles?.[0]?.Arn;
    return role === undefined ? undefined : roles.assume(role, instanceId);
  }

  async function stop(instanceId: string): Promise<void> {
    await ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] })).catch((error: Error) => {
      // It has been terminated meanwhile.
      if (error.name !== "IncorrectInstanceState") throw error;
    });
  }

  function close(): void {
    ec2.destroy();
    iam.destroy();
  }

  return { list, userData, image, credentials, stop, close };
}
