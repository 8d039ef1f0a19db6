import { CodeBuildClient, StopBuildCommand } from "@aws-sdk/client-codebuild";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { requestToText } from "../functions/domain/requests.ts";
import { until } from "../local/rehearsal/until.ts";
import type { Stack } from "../local/stack/stack.ts";
import { whileMoving } from "../local/stack/stall.ts";
import { startStormStack } from "../test/e2e/storm.ts";
import type { Group } from "./group.ts";

const runs = 20;
const variant = "windows-2022-core-1.35";
const never = new AbortController().signal;

/**
 * How long a trigger takes to become a build on the local stack: SQS, the window of the event source, a reconcile run
 * that loads the deployed bundle in a process of its own and reads everything, and CodeBuild's `StartBuild`.
 */
export const triggerToBuild: Group = {
  figures: [
    { key: "triggerToBuildMs", what: "from a trigger to StartBuild, 95th percentile", unit: "ms", atMost: 3_000 },
  ],
  async measure() {
    const stack = await startStormStack();
    try {
      // The first run builds all variants, and finds nothing that this machine keeps from earlier runs.
      await millisecondsToBuild(stack);
      const times: number[] = [];
      for (let run = 1; run <= runs; run++) {
        await request(stack, `run-${run}`);
        times.push(await millisecondsToBuild(stack));
      }
      return { triggerToBuildMs: times.toSorted((a, b) => a - b)[Math.ceil(0.95 * runs) - 1] as number };
    } finally {
      await stack.stop();
    }
  },
};

/** A person wants a build of the variant. Nothing triggers a run for it. */
async function request({ emulator, deployment, clock }: Stack, id: string): Promise<void> {
  const { url: endpoint, region, credentials } = emulator;
  const Value = requestToText({ id, reason: "to measure", by: "ann", at: clock.now().toISOString() });
  const Name = `${deployment.requestsPrefix}/${variant}`;
  const ssm = new SSMClient({ endpoint, region, credentials });
  await ssm.send(new PutParameterCommand({ Name, Value, Type: "String", Overwrite: true }));
  ssm.destroy();
}

/** Sends a trigger as a schedule does, and stops the builds that it starts. */
async function millisecondsToBuild(stack: Stack): Promise<number> {
  const { url: endpoint, region, credentials } = stack.emulator;
  const sqs = new SQSClient({ endpoint, region, credentials });
  const { promise: started, resolve } = Promise.withResolvers<number>();
  const unsubscribe = stack.codebuild.onChange(() => resolve(performance.now()));
  const MessageBody = JSON.stringify({ trigger: "base-ami" });
  const sent = performance.now();
  await sqs.send(new SendMessageCommand({ QueueUrl: stack.deployment.queue.url, MessageBody }));
  const at = await whileMoving(stack.events, "a build has started", () => started);
  unsubscribe();
  sqs.destroy();
  await stack.idle();
  await stopBuilds(stack);
  return at - sent;
}

/** Afterwards no build runs, and reconcile has handled that. */
async function stopBuilds(stack: Stack): Promise<void> {
  const { region, credentials } = stack.emulator;
  const client = new CodeBuildClient({ endpoint: stack.codebuild.url, region, credentials });
  const running = stack.codebuild.builds().filter(({ buildComplete }) => !buildComplete);
  for (const { id } of running) await client.send(new StopBuildCommand({ id }));
  client.destroy();
  const isHandled = (id: string) =>
    stack.logs.some(({ record }) => (record?.trigger as { about?: string } | undefined)?.about === `${id} STOPPED`);
  await until(stack, "reconcile has handled the stopped builds", () => running.every(({ id }) => isHandled(id)), never);
  await stack.idle();
}
