import { PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { creator } from "../creator.ts";

export const createRule = creator(
  { name: z.string(), eventBusName: z.string(), eventPattern: z.string() },
  async ({ name, eventBusName, eventPattern }, { events }) => {
    const { RuleArn } = await events.send(
      new PutRuleCommand({ Name: name, EventBusName: eventBusName, EventPattern: eventPattern, State: "ENABLED" }),
    );
    return { id: name, state: { arn: RuleArn } };
  },
);

export const createTarget = creator(
  { rule: z.string(), eventBusName: z.string(), targetId: z.string(), arn: z.string() },
  async ({ rule, eventBusName, targetId, arn }, { events }) => {
    const { FailedEntries = [] } = await events.send(
      new PutTargetsCommand({ Rule: rule, EventBusName: eventBusName, Targets: [{ Id: targetId, Arn: arn }] }),
    );
    if (FailedEntries[0]) throw new Error(FailedEntries[0].ErrorMessage);
    return { id: `${rule}-${targetId}` };
  },
);
