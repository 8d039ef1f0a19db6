import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { z } from "zod";
import { creator, updater } from "../creator.ts";

const inputsOfSchedule = {
  name: z.string(),
  scheduleExpression: z.string(),
  scheduleExpressionTimezone: z.string(),
  flexibleTimeWindow: z.strictObject({ mode: z.literal("OFF") }),
  target: z.strictObject({ arn: z.string(), roleArn: z.string(), input: z.string() }),
};

export const createSchedule = creator(inputsOfSchedule, async (inputs, { scheduler }) => {
  const { ScheduleArn } = await scheduler.send(new CreateScheduleCommand(scheduleOf(inputs)));
  return { id: inputs.name, state: { arn: ScheduleArn } };
});

export const updateSchedule = updater(inputsOfSchedule, async (inputs, { scheduler }) => {
  await scheduler.send(new UpdateScheduleCommand(scheduleOf(inputs)));
  return {};
});

const Inputs = z.strictObject(inputsOfSchedule);

function scheduleOf({
  name,
  scheduleExpression,
  scheduleExpressionTimezone,
  flexibleTimeWindow,
  target,
}: z.infer<typeof Inputs>): CreateScheduleCommandInput {
  return {
    Name: name,
    ScheduleExpression: scheduleExpression,
    ScheduleExpressionTimezone: scheduleExpressionTimezone,
    FlexibleTimeWindow: { Mode: flexibleTimeWindow.mode },
    Target: { Arn: target.arn, RoleArn: target.roleArn, Input: target.input },
  };
}
