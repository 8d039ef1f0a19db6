import { CreateTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { GetParameterHistoryCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { ChannelName } from "../../functions/config/channel-names.ts";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import type { Environment } from "../../functions/config/environment.ts";
import type { Build } from "../../functions/domain/builds.ts";
import { indexWorld } from "../../functions/domain/indexed-world.ts";
import type { Action } from "../../functions/domain/plan.ts";
import type { World } from "../../functions/domain/world.ts";
import type { Outcome } from "../../functions/reconcile/act.ts";
import { recordImage } from "../records.ts";
import { core, day, scene } from "../scene.ts";
import type { Aws } from "./aws.ts";
import { validated } from "./progress.ts";

/** What the stages of one test file share: a bucket, and a topic with one subscriber. */
export interface Surroundings {
  topicArn: string;
  bucket: string;
  /** The queue that triggers reconcile runs. No function reads it. */
  queueUrl(): Promise<string>;
  /** The notifications that the subscriber has received since the last call. */
  received(): Promise<Received[]>;
}

/** A notification as machines read it. */
export interface Received {
  kind: string;
  channel?: ChannelName;
  image?: string;
  text: string;
  inside?: string[];
  /** The message's attributes, which filter policies read. */
  attributes: Record<string, string>;
}

/**
 * One stage of the service with its own images and channels. The emulator serves SSM, EC2, S3 and SNS; CodeBuild has the
 * builds that a test adds, and upstream does not change.
 */
export interface Service {
  environment: Environment;
  /** Adds an image of the variant, made, proved and recorded so many days ago, and returns its ID. */
  image(name: string, daysAgo: number, tags?: Record<string, string>): Promise<string>;
  /** Tags an image by hand: without a record. */
  tag(image: string, tags: Record<string, string>): Promise<void>;
  /** CodeBuild's history gets a build that ended just now, with changes. */
  build(changes?: Partial<Build>): void;
  /** The world as one reconcile run reads it, so many milliseconds from now. */
  observe(later?: number): Promise<World>;
  plan(world: World): Action[];
  /** What one reconcile run does about the world that it has read. */
  act(world: World): Promise<Outcome[]>;
  /** One reconcile run. */
  reconcile(later?: number): Promise<Outcome[]>;
  holds(channel: ChannelName): Promise<string | undefined>;
  /** Waits until Parameter Store has accepted or rejected every write to the channels. */
  settled(): Promise<void>;
  /** Every image that the channel has held, oldest first. */
  history(channel: ChannelName): Promise<string[]>;
}

export async function startSurroundings(name: string): Promise<Surroundings> {
  const { TopicArn: topicArn = "" } = await new SNSClient({}).send(new CreateTopicCommand({ Name: name }));
  await new S3Client({}).send(new CreateBucketCommand({ Bucket: name }));
  const sqs = new SQSClient({});
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
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
    async received() {
      const all: Received[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        if (Messages.length === 0) return all;
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
        all.push(...Messages.map(({ Body = "" }) => receivedFrom(JSON.parse(Body))));
      }
    },
  };
}

function receivedFrom(message: { Message: string; MessageAttributes: Record<string, { Value: string }> }): Received {
  const attributes = Object.entries(message.MessageAttributes).map(([name, { Value }]) => [name, Value]);
  return { ...JSON.parse(message.Message), attributes: Object.fromEntries(attributes) };
}

/** Await {@link startAws} first. */
export async function startService(
  aws: Aws,
  { topicArn, bucket }: Surroundings,
  stage: string,
  policies: ConfigurationInput["policies"] = {},
  configuration: Partial<ConfigurationInput> = {},
): Promise<Service> {
  const { readImagesAndPauses } = await import("../../functions/io/recorded-images.ts");
  const { readChannels } = await import("../../functions/io/channels.ts");
  const { channelParameter } = await import("../../functions/config/channel-names.ts");
  const { readFastLaunches } = await import("../../functions/io/fast-launch.ts");
  const { readNotified } = await import("../../functions/io/notifications.ts");
  const { readLeftovers } = await import("../../functions/io/leftovers.ts");
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
    FLEETS_PREFIX: `/${stage}/fleets`,
    INSTANCE_PROFILES: "guest,harvest",
  };
  const story = scene({ policies, ...configuration }, new Date().toISOString());

  async function observe(later = 0): Promise<World> {
    const [{ images, revokedByRecord, fastLaunched }, channels, notified] = await Promise.all([
      readImagesAndPauses(environment),
      readChannels(environment.CHANNELS_PREFIX),
      readNotified(bucket),
    ]);
    const fastLaunch = await readFastLaunches(environment, story.world.configuration, fastLaunched);
    const read = { images, revokedByRecord, channels, notified, ...(fastLaunch && { fastLaunch }) };
    const world = { ...story.world, now: Date.now() + later, stage, ...read };
    const leftovers = await readLeftovers(stage, world);
    return {
      ...world,
      leftovers,
      references: await readReferences(retirementCandidates(world), undefined, fastLaunch !== undefined),
    };
  }

  /** The actions that do not concern CodeBuild. */
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
      const inputs = Object.entries(story.inputs()).map(([input, value]) => [`input:${input}`, value]);
      const proved = { stage, variant: core, proof: "passed", "proved-at": at.toISOString() };
      const all = { ...Object.fromEntries(inputs), ...proved, ...tags };
      await recordImage(aws.emulator, bucket, id, all);
      await service.tag(id, all);
      return id;
    },
    async tag(image, tags) {
      const Tags = Object.entries(tags).map(([key, Value]) => ({ Key: `eks-windows-images:${key}`, Value }));
      await new EC2Client({}).send(new CreateTagsCommand({ Resources: [image], Tags }));
    },
    build(changes = {}) {
      story.build({ status: "stopped", endedAt: Date.now(), ...changes });
    },
    observe,
    plan: wanted,
    act: (world) => act(wanted(world), indexWorld(world), environment, () => world.now),
    async reconcile(later = 0) {
      return service.act(await observe(later));
    },
    async holds(channel) {
      return (await readChannels(environment.CHANNELS_PREFIX))[core]?.[channel]?.image;
    },
    settled: () => validated(aws.emulator, environment.CHANNELS_PREFIX),
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
