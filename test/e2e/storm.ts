import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { chunk, countBy } from "es-toolkit";
import { type Stack, startStack } from "../../local/stack/stack.ts";
import { installTools } from "../../local/tools/install.ts";

const events = new URL("../events/", import.meta.url);
/** The most that SQS takes in one call. */
const mostAtOnce = 10;

/** A deployed service whose variants have no image yet, so that any trigger starts a build of each. */
export async function startStormStack(): Promise<Stack> {
  const time = new Date("2026-10-14T16:00:00Z");
  return startStack({
    tools: await installTools(() => undefined),
    stage: "storm",
    configFile: fileURLToPath(new URL("fixture/storm.config.ts", import.meta.url)),
    startsAt: time,
    basesReleasedAt: time,
    say: () => undefined,
  });
}

export interface Storm {
  /** Triggers that the runs were started by. */
  handled: number;
  /** Reconcile runs. */
  reconciles: number;
  /** Builds that were started, by variant. */
  builds: Record<string, number>;
}

/** Sends triggers of all kinds at once and waits until reconcile has handled them. */
export async function storm({ deployment, emulator, logs, codebuild, idle }: Stack, triggers: number): Promise<Storm> {
  const kinds = readdirSync(events).map((file) => readFileSync(new URL(file, events), "utf8"));
  const messages = Array.from({ length: triggers }, (_, index) => kinds[index % kinds.length] as string);
  const entries = messages.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  const { url: endpoint, region, credentials } = emulator;
  const sqs = new SQSClient({ endpoint, region, credentials });
  const from = logs.length;
  await Promise.all(
    chunk(entries, mostAtOnce).map((Entries) =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl: deployment.queue.url, Entries })),
    ),
  );
  await idle();
  sqs.destroy();
  const lines = logs.slice(from).filter(({ functionName }) => functionName === deployment.reconcile.name);
  return {
    handled: lines.filter(({ record }) => record?.trigger !== undefined).length,
    reconciles: new Set(lines.map(({ requestId }) => requestId)).size,
    builds: countBy(codebuild.builds(), variantOf),
  };
}

function variantOf({ environment }: ReturnType<Stack["codebuild"]["builds"]>[number]): string {
  return environment.environmentVariables.find(({ name }) => name === "VARIANT")?.value ?? "none";
}
