import {
  type _InstanceType,
  type EC2Client,
  EC2ServiceException,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { Emulator } from "../emulator.ts";

/** An instance of a group. */
export interface Node {
  id: string;
  image: string;
  /** The version of the launch template that it was started from; undefined for Karpenter's. */
  template: { id: string; name: string; number: number } | undefined;
  instanceType: string;
  /** On the stack's clock, in milliseconds since the epoch. */
  startedAt: number;
  /** `Pending:Wait`: it does not get ready. `Terminating:Wait`: its drain hangs. */
  state: "Pending:Wait" | "InService" | "Terminating:Wait";
}

/** The emulator's instances, which AWS's services start and end on their own. */
export interface Nodes {
  /** @throws Error of EC2, such as for an image that is disabled */
  start(
    order: Pick<Node, "image" | "template" | "startedAt"> & { tags: Tags; instanceType?: string | undefined },
  ): Promise<Node>;
  end(id: string): Promise<void>;
}

export type Tags = Readonly<Record<string, string>>;

/** No subnet is named: such instances have no address on this machine, so no Windows runs behind them. */
export function createNodes(ec2: EC2Client, emulator: Pick<Emulator, "setLaunchTime">): Nodes {
  return {
    async start({ image, template, startedAt, tags, instanceType = "m7i.xlarge" }) {
      const all = {
        ...tags,
        ...(template && {
          "aws:ec2launchtemplate:id": template.id,
          "aws:ec2launchtemplate:version": String(template.number),
        }),
      };
      const { Instances: [{ InstanceId: id } = {}] = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: image,
          InstanceType: instanceType as _InstanceType,
          MinCount: 1,
          MaxCount: 1,
          TagSpecifications: [
            { ResourceType: "instance", Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })) },
          ],
        }),
      );
      if (id === undefined) throw new Error("starting a node: the answer has no instance");
      await emulator.setLaunchTime(id, new Date(startedAt));
      return { id, image, template, instanceType, startedAt, state: "InService" };
    },
    async end(id) {
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    },
  };
}

/**
 * Why EC2 started no instance.
 * @throws the error itself if it is another one
 */
export function whyNotStarted(error: unknown): string {
  if (error instanceof EC2ServiceException) return error.message;
  throw error;
}
