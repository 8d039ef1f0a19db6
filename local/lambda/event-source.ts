import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { interruptible } from "../stack/interruptible.ts";
import type { Invocation } from "./function.ts";
import { type QueueMessage, sqsEvent } from "./sqs-event.ts";

export type EventSourceMapping = {
  queue: { url: string; arn: string };
  batchSize: number;
  /** How long a batch is collected after its first message. */
  windowSeconds: number;
  /** `ReportBatchItemFailures`: the function names the messages that failed. */
  partialBatchResponse: boolean;
  /** How long failed messages stay hidden; without it, what is left of the queue's visibility timeout, as in Lambda. */
  hideFailedSeconds?: number;
};

export type EventSource = {
  /**
   * Resolves when the queue is empty and nothing is in flight; what a failed invocation left behind is in flight until the queue shows it
   * again. Rejects when polling has failed or was stopped before, and with the signal's reason.
   */
  idle(signal?: AbortSignal): Promise<void>;
  /** Ends polling; an invocation that runs is waited for. */
  stop(): Promise<void>;
};

/** SQS waits this long itself for a first message. Lambda waits 20 seconds; a second lets `idle` notice soon what SQS has moved to the dead letters. */
const longPollSeconds = 1;
/** SQS hands out no more at once. */
const receiveLimit = 10;

/**
 * Feeds a function from its queue as Lambda's event source mapping does with a reserved concurrency of 1: one batch at a time, deleted
 * when the function succeeded, left to the queue's visibility timeout and redrive policy when not.
 * @param onFailure hears once that polling has ended because the queue cannot be reached.
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
    const full = performance.now() + mapping.windowSeconds * 1000;
    while (messages.length > 0 && messages.length < mapping.batchSize && !stopping.signal.aborted) {
      const seconds = Math.round((full - performance.now()) / 1000);
      if (seconds <= 0) break;
      messages.push(...(await receive(mapping.batchSize - messages.length, seconds)));
    }
    return messages;
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
      if (await interruptible(isEmpty(), signal)) return;
      await interruptible(next, signal);
    }
  }

  // A message being handled still counts: it is hidden, not gone, until the function has succeeded.
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

/** Lambda's reading of a partial batch response: nothing named means all is well, anything it cannot read means all has failed. */
function failedMessages(invocation: Invocation, messages: QueueMessage[], partial: boolean): Set<string> {
  const all = new Set(messages.map(({ MessageId }) => MessageId));
  if (!invocation.ok) return all;
  if (!partial) return new Set();
  const failures = (invocation.result as { batchItemFailures?: unknown } | null)?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return all;
  const named = failures.map((failure) => failure?.itemIdentifier);
  return named.every((id) => all.has(id)) ? new Set(named) : all;
}
