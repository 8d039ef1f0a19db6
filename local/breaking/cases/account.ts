import { DeleteTagsCommand, DeregisterImageCommand, DescribeImagesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DeleteObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { PurgeQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DeleteParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { newBase } from "../../rehearsal/stage.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Case, Scene } from "../case.ts";
import { buildMoments, failFirstBuild, roleName } from "../moments.ts";

/** The order of a build's objects in S3: record, three reports, record of the proof. */
const objects = ["the record of the image", "its report", "its tests", "its proof", "the record of its proof"];

export const accountCases: Case[] = [
  {
    name: "aws-restarts",
    what: "AWS breaks every connection, refuses calls for a while and loses part of its state",
    // A run that could not read the world throws.
    errors: /ServiceUnavailable|made to fail/,
    play: restart,
  },
  {
    name: "s3-refuses",
    what: "S3 refuses one of the objects that a build keeps",
    async play(scene) {
      const { stack, dice } = scene;
      const after = dice.between("object", 0, objects.length - 1);
      const role = roleName(stack.deployment.buildRoleArn);
      const refused = { service: "s3", operation: "PutObject", code: "AccessDenied", status: 403 };
      await stack.emulator.failCalls({ ...refused, role, after, times: 1 });
      await failFirstBuild(scene);
      return `S3 refused ${objects[after]} of the first build`;
    },
  },
];

/** What the account can lose, in words. */
const losses: Record<string, (stack: Stack) => Promise<unknown>> = {
  "the images": loseImages,
  "the tags of the images": loseTags,
  "the channels": loseChannels,
  "the records": (stack) => loseObjects(stack, "records/"),
  "the list of sent notifications": (stack) => loseObjects(stack, "announced/"),
  "the reports": (stack) => loseObjects(stack, "reports/"),
  "the messages in the queue": loseMessages,
};

/** After a first image, during the build of the second one. */
async function restart(scene: Scene): Promise<string> {
  const { stage, stack, settle, dice } = scene;
  await stage.passTo("base-ami");
  await settle();
  const moment = dice.choose("moment", buildMoments);
  const lost = dice.choose("loss", Object.keys(losses));
  await moment.within(
    scene,
    () => newBase(stage),
    async () => {
      await losses[lost]?.(stack);
      for (const service of ["ec2", "s3", "ssm", "sns"])
        await stack.emulator.failCalls({ service, code: "ServiceUnavailable", status: 503, times: 5 });
      await stack.emulator.breakConnections();
    },
  );
  return `AWS broke every connection, answered 503 to five calls of each service and lost ${lost} ${moment.name}`;
}

function accessTo({ emulator: { url: endpoint, region, credentials } }: Stack) {
  return { endpoint, region, credentials };
}

async function ownImages(ec2: EC2Client): Promise<string[]> {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"], IncludeDisabled: true }));
  return Images.flatMap(({ ImageId }) => ImageId ?? []);
}

async function loseImages(stack: Stack): Promise<void> {
  const ec2 = new EC2Client(accessTo(stack));
  for (const ImageId of await ownImages(ec2))
    await ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
}

async function loseTags(stack: Stack): Promise<void> {
  const ec2 = new EC2Client(accessTo(stack));
  const Resources = await ownImages(ec2);
  if (Resources.length > 0) await ec2.send(new DeleteTagsCommand({ Resources }));
}

async function loseChannels(stack: Stack): Promise<void> {
  const ssm = new SSMClient(accessTo(stack));
  for (const Name of Object.keys(await stack.parameters())) await ssm.send(new DeleteParameterCommand({ Name }));
}

async function loseObjects(stack: Stack, Prefix: string): Promise<void> {
  const client = new S3Client({ ...accessTo(stack), forcePathStyle: true });
  const { bucket: Bucket } = stack.deployment;
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }))
    for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
}

async function loseMessages(stack: Stack): Promise<void> {
  await new SQSClient(accessTo(stack)).send(new PurgeQueueCommand({ QueueUrl: stack.deployment.queue.url }));
}
