import { fileURLToPath } from "node:url";
import { CreateTagsCommand, DescribeImagesCommand, EC2Client, RegisterImageCommand } from "@aws-sdk/client-ec2";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { second } from "../../functions/config/time.ts";
import { tagDelaySeconds } from "../../functions/domain/trigger.ts";
import { signedFetch } from "../../local/lambda/signed-fetch.ts";
import { type Stack, startStack } from "../../local/stack/stack.ts";
import { installTools } from "../../local/tools/install.ts";
import { eventually } from "../local/eventually.ts";
import { recordImage } from "../records.ts";

const hour = 3_600_000;
const prefix = "eks-windows-images:";

/**
 * A deployed service whose images are registered by hand. The Kubernetes release host does not answer, so that no build
 * starts and every reconcile run is short.
 */
export interface Account {
  stack: Stack;
  ssm: SSMClient;
  /** Registers an image of the variant, newer than those before, whose proof passed `provedAgo` hours ago. Resolves with its ID. */
  image(variant: string, provedAgo: number, tags?: Record<string, string>): Promise<string>;
  /** Writes the image to `stable` and waits until reconcile has handled that. */
  stableHolds(variant: string, image: string): Promise<void>;
  /** The tags of an image, without their prefix. */
  tagsOf(image: string): Promise<Record<string, string>>;
  /** Makes a signed call of the function URL. If it is accepted, the clock advances past the delay of its trigger. */
  call(method: string, path: string, body?: object): Promise<{ status: number; answer: Record<string, unknown> }>;
  close(): Promise<void>;
}

/** @param configuration the name of a file in fixture/ */
export async function openAccount(stage: string, configuration = "interventions"): Promise<Account> {
  const time = new Date("2026-10-14T16:00:00Z");
  const tools = await installTools(() => undefined);
  const configFile = fileURLToPath(new URL(`fixture/${configuration}.config.ts`, import.meta.url));
  const world = { tools, stage, configFile, startsAt: time, basesReleasedAt: time };
  const stack = await startStack({ ...world, say: () => undefined });
  stack.upstream.unanswering(true);
  const { url: endpoint, region, credentials } = stack.emulator;
  const ec2 = new EC2Client({ endpoint, region, credentials });
  const ssm = new SSMClient({ endpoint, region, credentials });

  async function image(variant: string, provedAgo: number, tags: Record<string, string> = {}): Promise<string> {
    const proved = new Date(stack.clock.now().getTime() - provedAgo * hour).toISOString();
    const inputs = {
      baseAmi: "ami-00000001",
      kubernetes: "1.35.7",
      patchTuesday: "2026-10-13",
      recipe: "a",
      settings: "b",
    };
    const recorded = Object.entries(inputs).map(([name, value]) => [`input:${name}`, value]);
    const all: Record<string, string> = {
      stage,
      variant,
      proof: "passed",
      "proved-at": proved,
      ...Object.fromEntries(recorded),
      ...tags,
    };
    stack.clock.advanceBy(second);
    const { ImageId = "" } = await ec2.send(new RegisterImageCommand({ Name: `${variant} ${provedAgo}` }));
    const Tags = Object.entries(all).map(([key, Value]) => ({ Key: `${prefix}${key}`, Value }));
    await recordImage(stack.emulator, stack.deployment.bucket, ImageId, all);
    await ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags }));
    return ImageId;
  }

  async function stableHolds(variant: string, id: string): Promise<void> {
    const Name = `${stack.deployment.channelsPrefix}/${variant}/stable`;
    await ssm.send(new PutParameterCommand({ Name, Value: id, Type: "String", DataType: "aws:ec2:image" }));
    await eventually(`stable of ${variant} holds the image`, async () => (await stack.parameters())[Name] === id);
    await stack.idle();
  }

  async function tagsOf(id: string): Promise<Record<string, string>> {
    const Filters = [{ Name: "image-id", Values: [id] }];
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ IncludeDisabled: true, Filters }));
    return Object.fromEntries(
      (Images[0]?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key.slice(prefix.length), Value]),
    );
  }

  async function call(method: string, path: string, body?: object) {
    const { clock } = stack;
    const url = new URL(path, stack.functions.url);
    const caller = { credentials, region, now: clock.now };
    const response = await signedFetch(url, caller, { method, body: body && JSON.stringify(body) });
    if (response.status === 202) clock.advanceBy(tagDelaySeconds * second);
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  }

  return {
    stack,
    ssm,
    image,
    stableHolds,
    tagsOf,
    call,
    async close() {
      ec2.destroy();
      ssm.destroy();
      await stack.stop();
    },
  };
}
