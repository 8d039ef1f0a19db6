import {
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { z } from "zod";
import { creator, updater } from "../creator.ts";

const inputsOfLogGroup = { name: z.string(), retentionInDays: z.number() };

export const createLogGroup = creator(inputsOfLogGroup, async ({ name, retentionInDays }, { logs }) => {
  await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
  await logs.send(new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }));
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
  const arn = logGroups.find(({ logGroupName }) => logGroupName === name)?.arn;
  // The API's ARN ends in `:*`; the provider removes it.
  return { id: name, state: { arn: arn?.replace(/:\*$/, "") } };
});

export const updateLogGroup = updater(inputsOfLogGroup, async ({ name, retentionInDays }, { logs }) => {
  await logs.send(new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }));
  return {};
});
