import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { chunk } from "es-toolkit";
import { scheduledTriggers } from "../../../functions/domain/trigger.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Case } from "../case.ts";
import { buildMoments } from "../moments.ts";

const many = 1_000;
/** The most that SQS takes in one call. */
const mostAtOnce = 10;

/** Messages that come more often than they were sent, or all at once. */
export const triggerCases: Case[] = [
  {
    name: "triggers-tripled",
    what: "the queue delivers every message three times",
    async play({ stage, stack }) {
      stack.functions.deliver(3);
      await stage.passTo("base-ami");
      return "every message was delivered three times, from the first one on";
    },
  },
  {
    name: "trigger-storm",
    what: `${many} triggers come at once`,
    async play(scene) {
      const moment = scene.dice.choose("moment", buildMoments);
      await moment.within(
        scene,
        () => scene.stage.passTo("base-ami"),
        () => sendAtOnce(scene.stack, many),
      );
      return `${many} triggers came at once ${moment.name}`;
    },
  },
];

async function sendAtOnce({ emulator, deployment }: Stack, messages: number): Promise<void> {
  const { url: endpoint, region, credentials } = emulator;
  const sqs = new SQSClient({ endpoint, region, credentials });
  const bodies = scheduledTriggers.map((trigger) => JSON.stringify({ trigger }));
  const entries = Array.from({ length: messages }, (_, index) => ({
    Id: String(index),
    MessageBody: bodies[index % bodies.length],
  }));
  await Promise.all(
    chunk(entries, mostAtOnce).map((Entries) =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl: deployment.queue.url, Entries })),
    ),
  );
  sqs.destroy();
}
