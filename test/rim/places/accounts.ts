import { STSClient } from "@aws-sdk/client-sts";
import type { Environment } from "../../../functions/config/environment.ts";
import { copyRecord } from "../../../functions/domain/place-records.ts";
import { type Account, ServiceError } from "../../memory-aws/account.ts";
import { accountOf, environmentOf } from "../../memory-aws/from-world.ts";
import { groupTag, type NodesGroup } from "../../memory-aws/groups.ts";
import { perform } from "../../memory-aws/operations.ts";
import { redirectClients } from "../../simulation/clients.ts";
import { exceptionOf } from "../../simulation/errors.ts";
import { core, newWorld, type OpenWorld } from "../../world.ts";

/** One call: `eu-west-1 ec2 DescribeImages by places to look`. */
export interface Called {
  region: string;
  call: string;
  /** `home`, or the role whose session it is. */
  by: string;
  /** Whether the session may only look. */
  looksOnly: boolean;
  input: never;
}

/** A call of AWS there is answered like that. */
export type Answer = (call: string, answer: () => object, input: never) => object;

export const ireland = { name: "ireland", region: "eu-west-1", method: "copy" } as const;

/**
 * Home's Region and Ireland, each an account in memory, which this process's clients of the SDK reach by their Region:
 * home's is the one that the environment says.
 */
export function twoRegions(world: OpenWorld) {
  const now = () => world.now;
  const home: Account = Object.assign(accountOf(world), { now });
  const there: Account = Object.assign(accountOf(newWorld({}, new Date(world.now).toISOString())), { now });
  there.parameters.clear();
  const environment: Environment = {
    ...environmentOf(world),
    PLACES_ROLE: "arn:aws:iam::123456789012:role/places",
  };
  const calls: Called[] = [];
  let change: Answer = (_call, answer) => answer();
  // Kubernetes' release host has nothing.
  globalThis.fetch = async () => new Response("", { status: 404 });
  redirectClients(async (service, operation, input, client) => {
    const region = await client.config.region();
    const [, by = "home", session] =
      /^role\/(.+)\/(looks|all)$/.exec((await client.config.credentials()).accessKeyId) ?? [];
    const call = `${service} ${operation}`;
    calls.push({ region, call, by, looksOnly: session === "looks", input: input as never });
    try {
      const answer = () => perform(region === ireland.region ? there : home, service, operation, input);
      return region === ireland.region ? change(call, answer, input as never) : answer();
    } catch (error) {
      throw error instanceof ServiceError ? exceptionOf(service, error.code, error.message) : error;
    }
  });
  Object.assign(STSClient.prototype, { send: assume });
  const channel = (name: string) => `${environment.CHANNELS_PREFIX}/${core}/${name}`;
  return {
    home,
    there,
    environment,
    calls,
    /** From now on Ireland's answers go through this first. */
    answering(by: Answer) {
      change = by;
    },
    /** Home has recorded this copy, and it is available with the stage's tag. */
    copied(image: string, id: string, createdAt = world.now) {
      home.objects.set(`records/${copyRecord(image, ireland.name, id)}`, { at: new Date(createdAt), body: "" });
      there.images.set(id, {
        ImageId: id,
        OwnerId: "123456789012",
        State: "available",
        CreationDate: new Date(createdAt).toISOString(),
        Tags: [
          { Key: "eks-windows-images:stage", Value: world.stage },
          { Key: "eks-windows-images:variant", Value: core },
          { Key: "eks-windows-images:source", Value: image },
        ],
      });
    },
    /** A channel there holds this since an hour. */
    holds(id: string, name = "stable") {
      const Name = channel(name);
      there.parameters.set(Name, { Name, Value: id, Version: 1, LastModifiedDate: new Date(world.now - 3_600_000) });
    },
    /** A node group there with a launch template that names the image, and a node that runs it. */
    addGroup(name: string, image: string) {
      const group: NodesGroup = {
        kind: "managed-node-group",
        cluster: "test",
        name,
        scaling: `eks-${name}`,
        template: `lt-${name}`,
        version: 1,
        updates: [],
      };
      there.groups.set(name, group);
      const LaunchTemplateData = { ImageId: image };
      there.templates.set(group.template, [
        { LaunchTemplateId: group.template, VersionNumber: 1, DefaultVersion: true, LaunchTemplateData },
      ]);
      there.instances.push({
        InstanceId: `i-${name}`,
        ImageId: image,
        LaunchTime: new Date(world.now - 1_000),
        State: { Name: "running" },
        Tags: [{ Key: groupTag, Value: group.scaling }],
      });
    },
    recordsOf: (kind: string) => [...home.objects.keys()].filter((key) => key.startsWith(`records/${kind}/`)),
  };
}

/** STS gives credentials that tell whose they are. */
async function assume({ input }: { input: { RoleArn: string; PolicyArns?: object[] } }) {
  const role = input.RoleArn.split(":").at(-1);
  const AccessKeyId = `${role}/${input.PolicyArns === undefined ? "all" : "looks"}`;
  return { Credentials: { AccessKeyId, SecretAccessKey: "secret", Expiration: new Date(8_640_000_000_000_000) } };
}
