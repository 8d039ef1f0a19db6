import { setTimeout as sleep } from "node:timers/promises";
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { orAborted } from "../stack/stall.ts";
import type { Invocation } from "./function.ts";
import { type QueueMessage, sqsEvent } from "./sqs-event.ts";

export type EventSourceMapping = {
  queue: { url: string; arn: string };
  batchSize: number;
  /** How long a batch collects messages after its first one. */
  windowSeconds: number;
  /** `ReportBatchItemFailures`: the function names the messages on which it failed. */
  partialBatchResponse: boolean;
  /** How long failed messages stay hidden. By default the rest of the queue's visibility timeout, as in Lambda. */
  hideFailedSeconds?: number;
};

export type EventSource = {
  /**
   * Resolves once the queue is empty and no message is in flight. The messages of a failed invocation are in flight
   * until the queue shows them again. Rejects when polling has failed or was stopped before, and with the signal's
   * reason.
   */
  idle(signal?: AbortSignal): Promise<void>;
  /** Ends polling after the running invocation, if there is one. */
  stop(): Promise<void>;
};

/**
 * How long SQS waits for a first message. Lambda waits 20 seconds; with one second, `idle` notices soon that SQS has
 * moved messages to the dead-letter queue.
 */
const longPollSeconds = 1;
/** The most messages that SQS hands out in one call. */
const receiveLimit = 10;

/**
 * Feeds a function from its queue as Lambda's event source mapping does with a reserved concurrency of 1. It hands over
 * one batch at a time, deletes the batch after the function succeeded, and otherwise leaves it to the queue's
 * visibility timeout and redrive policy.
 * @param onFailure is called once when polling ends because the queue cannot be reached
 */
export function startEventSource({
  sqs,
  mapping,
  invoke,
  onFailure,
}: {
  sqs: SQSClient;
  mapping: EventSourceMapping;
  invoke: (event: unknown) => Promise<Invocation>;
  onFailure: (error: Error) => void;
}): EventSource {
  const { queue } = mapping;
  const stopping = new AbortController();
  let settled = Promise.withResolvers<void>();
  settled.promise.catch(() => undefined);
  let failure: Error | undefined;
  const finished = poll().then(
    () => end(new Error(`polling ${queue.url}: the event source was stopped`)),
    (error) => onFailure(end(new Error(`polling ${queue.url}`, { cause: error }))),
  );

  function end(reason: Error): Error {
    failure = reason;
    settled.reject(reason);
    return reason;
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const messages = await collect();
      if (messages.length > 0) await handle(messages);
      settled.resolve();
      settled = Promise.withResolvers();
      settled.promise.catch(() => undefined);
    }
  }

  async function collect(): Promise<QueueMessage[]> {
    const messages = await receive(mapping.batchSize, longPollSeconds);
    if (messages.length === 0 || mapping.windowSeconds === 0) return messages;
    await drain(messages);
    if (messages.length >= mapping.batchSize) return messages;
    await sleep(mapping.windowSeconds * 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
    await drain(messages);
    return messages;
  }

  /** Adds what is there now. What this machine needs for that is no part of the window. */
  async function drain(messages: QueueMessage[]): Promise<void> {
    while (messages.length < mapping.batchSize && !stopping.signal.aborted) {
      const there = await receive(mapping.batchSize - messages.length, 0);
      if (there.length === 0) return;
      messages.push(...there);
    }
  }

  async function receive(wanted: number, waitSeconds: number): Promise<QueueMessage[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: Math.min(wanted, receiveLimit),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    try {
      const { Messages } = await sqs.send(command, { abortSignal: stopping.signal });
      return (Messages ?? []) as QueueMessage[];
    } catch (error) {
      if (stopping.signal.aborted) return [];
      throw error;
    }
  }

  async function handle(messages: QueueMessage[]): Promise<void> {
    const invocation = await invoke(sqsEvent(messages, queue.arn));
    const failed = failedMessages(invocation, messages, mapping.partialBatchResponse);
    await remove(messages.filter((message) => !failed.has(message.MessageId)));
    if (mapping.hideFailedSeconds !== undefined)
      await hide(
        messages.filter((message) => failed.has(message.MessageId)),
        mapping.hideFailedSeconds,
      );
  }

  async function remove(messages: QueueMessage[]): Promise<void> {
    for (const Entries of entries(messages))
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }

  async function hide(messages: QueueMessage[], seconds: number): Promise<void> {
    for (const batch of entries(messages)) {
      const Entries = batch.map((entry) => ({ ...entry, VisibilityTimeout: seconds }));
      await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue.url, Entries }));
    }
  }

  async function idle(signal?: AbortSignal): Promise<void> {
    while (true) {
      if (failure) throw failure;
      const next = settled.promise;
      if (await orAborted(isEmpty(), signal)) return;
      await orAborted(next, signal);
    }
  }

  // A message counts while the function handles it: it is hidden, and deleted only after the function has succeeded.
  async function isEmpty(): Promise<boolean> {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ["All"] }),
    );
    return [
      Attributes.ApproximateNumberOfMessages,
      Attributes.ApproximateNumberOfMessagesNotVisible,
      Attributes.ApproximateNumberOfMessagesDelayed,
    ].every((count) => Number(count ?? 0) === 0);
  }

  return {
    idle,
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

function entries(messages: QueueMessage[]): { Id: string; ReceiptHandle: string }[][] {
  const all = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  return Array.from({ length: Math.ceil(all.length / receiveLimit) }, (_, batch) =>
    all.slice(batch * receiveLimit, (batch + 1) * receiveLimit),
  );
}

/**
 * As Lambda reads a partial batch response: no named message means success, and a response it cannot read means that
 * all failed.
 */
function failedMessages(invocation: Invocation, messages: QueueMessage[], partial: boolean): Set<string> {
  const all = new Set(messages.map(({ MessageId }) => MessageId));
  if (!invocation.ok) return all;
  if (!partial) return new Set();
  const failures = (invocation.result as { batchItemFailures?: unknown } | null)?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return all;
  const named = failures.map((failure) => failure?.itemIdentifier);
  return named.every((id) => all.has(id)) ? new Set(named) : all;
}
