import { CreateTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParameterHistoryCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { ChannelName } from "../../functions/config/channel-names.ts";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import type { Environment } from "../../functions/config/environment.ts";
import { inputsToTags } from "../../functions/domain/inputs.ts";
import type { Action } from "../../functions/domain/plan.ts";
import type { World } from "../../functions/domain/world.ts";
import type { Outcome } from "../../functions/reconcile/act.ts";
import { core, day, scene } from "../scene.ts";
import type { Aws } from "./aws.ts";

/** A topic with one subscriber, and a bucket: what the stages of one test file share. */
export interface Surroundings {
  topicArn: string;
  bucket: string;
  /** A queue of its own, which nobody reads. */
  queueUrl(): Promise<string>;
  /** The machine-readable part of everything that was told since the last call. */
  told(): Promise<Told[]>;
}

export interface Told {
  kind: string;
  channel?: ChannelName;
  image?: string;
  text: string;
  inside?: string[];
  /** Those of the message, to filter by. */
  attributes: Record<string, string>;
}

/** Where SSM, EC2, S3 and SNS are AWS's, CodeBuild knows of no build and upstream is calm: one stage of the service with its own images and channels. */
export interface Service {
  environment: Environment;
  /** An image of the variant that was made and proved so many days ago. Answers its ID. */
  image(name: string, daysAgo: number, tags?: Record<string, string>): Promise<string>;
  tag(image: string, tags: Record<string, string>): Promise<void>;
  /** The world as one look sees it, so many milliseconds from now. */
  observe(later?: number): Promise<World>;
  plan(world: World): Action[];
  /** What one reconcile does with what it has seen. */
  act(world: World): Promise<Outcome[]>;
  /** One reconcile. */
  reconcile(later?: number): Promise<Outcome[]>;
  holds(channel: ChannelName): Promise<string | undefined>;
  /** Every image that the channel has ever held, oldest first. */
  history(channel: ChannelName): Promise<string[]>;
}

export async function startSurroundings(name: string): Promise<Surroundings> {
  const { TopicArn: topicArn = "" } = await new SNSClient({}).send(new CreateTopicCommand({ Name: name }));
  await new S3Client({}).send(new CreateBucketCommand({ Bucket: name }));
  const sqs = new SQSClient({});
  // What was received is not received again, however slow the machine.
  const Attributes = { VisibilityTimeout: "43200" };
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const queue = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  await new SNSClient({}).send(
    new SubscribeCommand({ TopicArn: topicArn, Protocol: "sqs", Endpoint: queue.Attributes?.QueueArn }),
  );
  return {
    topicArn,
    bucket: name,
    async queueUrl() {
      const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-triggers` }));
      return QueueUrl;
    },
    async told() {
      const all: Told[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        if (Messages.length === 0) return all;
        all.push(...Messages.map(({ Body = "" }) => toldBy(JSON.parse(Body))));
      }
    },
  };
}

function toldBy(message: { Message: string; MessageAttributes: Record<string, { Value: string }> }): Told {
  const attributes = Object.entries(message.MessageAttributes).map(([name, { Value }]) => [name, Value]);
  return { ...JSON.parse(message.Message), attributes: Object.fromEntries(attributes) };
}

/** To be awaited after {@link startAws}. */
export async function startService(
  aws: Aws,
  { topicArn, bucket }: Surroundings,
  stage: string,
  policies: ConfigurationInput["policies"] = {},
  configuration: Partial<ConfigurationInput> = {},
): Promise<Service> {
  const { readImages } = await import("../../functions/io/images.ts");
  const { readChannels } = await import("../../functions/io/channels.ts");
  const { channelParameter } = await import("../../functions/config/channel-names.ts");
  const { readNotified } = await import("../../functions/io/notifications.ts");
  const { readReferences } = await import("../../functions/io/references.ts");
  const { retirementCandidates } = await import("../../functions/domain/publishing/retention.ts");
  const { plan } = await import("../../functions/domain/plan.ts");
  const { act } = await import("../../functions/reconcile/act.ts");
  const environment: Environment = {
    STAGE: stage,
    RECIPE: "a".repeat(64),
    HARVEST_RECIPE: "b".repeat(64),
    PROJECT_NAME: "project",
    TOPIC_ARN: topicArn,
    QUEUE_URL: "https://queue.example.com/triggers",
    BUCKET: bucket,
    CHANNELS_PREFIX: `/${stage}/channels`,
    REQUESTS_PREFIX: `/${stage}/requests`,
  };
  const told = scene({ policies, ...configuration }, new Date().toISOString());

  async function observe(later = 0): Promise<World> {
    const [images, channels, notified] = await Promise.all([
      readImages(stage),
      readChannels(environment.CHANNELS_PREFIX),
      readNotified(bucket),
    ]);
    const world = { ...told.world, now: Date.now() + later, stage, images, channels, notified };
    return { ...world, references: await readReferences(retirementCandidates(world)) };
  }

  /** Without what concerns CodeBuild. */
  function wanted(world: World): Action[] {
    return plan(world).filter((action) => !("order" in action) && action.do !== "wait" && action.do !== "nothing");
  }

  const service: Service = {
    environment,
    async image(name, daysAgo, tags = {}) {
      const at = new Date(Date.now() - daysAgo * day);
      const id = await aws.emulator.addPublicImage({
        name: `${stage}/${name}`,
        owner: aws.emulator.accountId,
        creationDate: at,
      });
      await new EC2Client({}).send(
        new CreateTagsCommand({
          Resources: [id],
          Tags: Object.entries(inputsToTags(told.inputs())).map(([Key, Value]) => ({ Key, Value })),
        }),
      );
      await service.tag(id, { stage, variant: core, proof: "passed", "proved-at": at.toISOString(), ...tags });
      return id;
    },
    async tag(image, tags) {
      const Tags = Object.entries(tags).map(([key, Value]) => ({ Key: `eks-windows-images:${key}`, Value }));
      await new EC2Client({}).send(new CreateTagsCommand({ Resources: [image], Tags }));
    },
    observe,
    plan: wanted,
    act: (world) => act(wanted(world), world, environment, () => world.now),
    async reconcile(later = 0) {
      return service.act(await observe(later));
    },
    async holds(channel) {
      return (await readChannels(environment.CHANNELS_PREFIX))[core]?.[channel]?.image;
    },
    async history(channel) {
      const Name = channelParameter(environment.CHANNELS_PREFIX, core, channel);
      const { Parameters = [] } = await new SSMClient({}).send(
        new GetParameterHistoryCommand({ Name, MaxResults: 50 }),
      );
      return Parameters.map(({ Value = "" }) => Value);
    },
  };
  return service;
}
