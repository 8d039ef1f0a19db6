import { CreateScheduleCommand } from "@aws-sdk/client-scheduler";
import { z } from "zod";
import { creator } from "../creator.ts";

export const createSchedule = creator(
  {
    name: z.string(),
    scheduleExpression: z.string(),
    scheduleExpressionTimezone: z.string(),
    flexibleTimeWindow: z.strictObject({ mode: z.literal("OFF") }),
    target: z.strictObject({ arn: z.string(), roleArn: z.string(), input: z.string() }),
  },
  async ({ name, scheduleExpression, scheduleExpressionTimezone, flexibleTimeWindow, target }, { scheduler }) => {
    const { ScheduleArn } = await scheduler.send(
      new CreateScheduleCommand({
        Name: name,
        ScheduleExpression: scheduleExpression,
        ScheduleExpressionTimezone: scheduleExpressionTimezone,
        FlexibleTimeWindow: { Mode: flexibleTimeWindow.mode },
        Target: { Arn: target.arn, RoleArn: target.roleArn, Input: target.input },
      }),
    );
    return { id: name, state: { arn: ScheduleArn } };
  },
);
