import { CreateTagsCommand, DescribeImagesCommand, DisableImageCommand, EC2Client } from "@aws-sdk/client-ec2";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordsPrefix, tagRecord } from "../../functions/domain/records.ts";
import { reviewCalls } from "../../local/policies/review.ts";
import { type Account, openAccount } from "./account.ts";

const day = 86_400_000;
const stage = "retirement";
let account: Account;
let ec2: EC2Client;

beforeAll(async () => {
  account = await openAccount(stage, "retirement");
  const { url: endpoint, region, credentials } = account.stack.emulator;
  ec2 = new EC2Client({ endpoint, region, credentials });
});

afterAll(async () => {
  ec2?.destroy();
  await account?.close();
});

function daysAgo(days: number): string {
  return new Date(account.stack.clock.now().getTime() - days * day).toISOString();
}

/** Registers a disabled image. With `tagged`, its snapshot has the stage's tag, as builds set it. */
async function disabledImage(variant: string, tags: Record<string, string>, tagged = true) {
  const image = await account.image(variant, 24 * 40, tags);
  const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [image] }));
  const snapshot = Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? "";
  const Tags = [{ Key: "eks-windows-images:stage", Value: stage }];
  if (tagged) await ec2.send(new CreateTagsCommand({ Resources: [snapshot], Tags }));
  await ec2.send(new DisableImageCommand({ ImageId: image }));
  return { image, snapshot };
}

async function reconcile(variant: string) {
  await account.call("POST", "/rebuild", { variant, reason: "a reconcile run" });
  await account.stack.idle();
}

async function stateOf(image: string): Promise<string | undefined> {
  const Filters = [{ Name: "image-id", Values: [image] }];
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ IncludeDisabled: true, Filters }));
  return Images[0]?.State;
}

/** The operations of reconcile on one image, and the calls of all roles that the deployed policies deny. */
async function reviewOf(image: string) {
  const { emulator, deployment } = account.stack;
  const calls = await account.stack.calls();
  const own = calls.filter(({ role, parameters }) => role?.endsWith("-reconcile") && parameters.ImageId === image);
  const place = { partition: "aws", region: emulator.region, accountId: emulator.accountId };
  return {
    operations: own.map(({ operation }) => operation),
    denied: reviewCalls(calls, deployment.resources, place).denied,
  };
}

test("an image disabled for longer than the grace period is deregistered with its snapshot, as the policies allow", async () => {
  const { image } = await disabledImage("retired", { "retired-at": daysAgo(15) });

  await reconcile("retired");

  expect(await stateOf(image)).toBeUndefined();
  const { operations, denied } = await reviewOf(image);
  expect(operations).toContain("DeregisterImage");
  expect(denied).toEqual([]);
});

test("an unrevoked image is enabled again, as the policies allow", async () => {
  const { image } = await disabledImage("restored", { "withdrawn-at": daysAgo(1) });
  const { emulator, deployment } = account.stack;
  const { url: endpoint, region, credentials } = emulator;
  const s3 = new S3Client({ endpoint, region, credentials });
  const Key = `${recordsPrefix}${tagRecord("disablings", image, daysAgo(1))}`;
  await s3.send(new PutObjectCommand({ Bucket: deployment.bucket, Key, ContentLength: 0 }));
  s3.destroy();

  await reconcile("restored");

  expect(await stateOf(image)).toBe("available");
  const { operations, denied } = await reviewOf(image);
  expect(operations).toContain("EnableImage");
  expect(denied).toEqual([]);
});

test("deleting a snapshot without the stage's tag is denied", async () => {
  const { image, snapshot } = await disabledImage("retired", { "retired-at": daysAgo(15) }, false);

  await reconcile("retired");

  const { denied } = await reviewOf(image);
  expect(denied).toEqual([expect.stringMatching(new RegExp(`ec2:DeleteSnapshot on \\S+/${snapshot}$`))]);
});
