import type { EC2Client } from "@aws-sdk/client-ec2";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { delay } from "es-toolkit";
import { second } from "../config/time.ts";
import { requestLimits } from "./client-settings.ts";

/** So many calls at once, and so many a second from then on. */
export interface Rate {
  burst: number;
  perSecond: number;
}

/** Waits until a call may be made. Callers get their turns in the order in which they ask. */
export type Turn = () => Promise<void>;

/**
 * Half of what an account may call by default, so that at least half is left to everybody else in the account.
 *
 * EC2 has a bucket of tokens for each action: 100 for one that reads, refilled by 20 a second, and 50 for one that
 * writes, refilled by 5 (EC2 developer guide, "Request throttling for the Amazon EC2 API"). Parameter Store answers 40
 * reads a second (AWS General Reference, "Systems Manager endpoints and quotas"): 5 at once and 15 a second are 20 in
 * the busiest second. AWS does not document its limit of PutParameter; its support tells 3 a second
 * (github-aws-runners/terraform-aws-github-runner#2944). A channel's write takes its turn one check early
 * (reconcile/writes.ts), so that its turns keep a distance at which two writes rarely meet in a second.
 */
export const rates = {
  ec2Reads: { burst: 50, perSecond: 10 },
  ec2Writes: { burst: 25, perSecond: 2.5 },
  parameterReads: { burst: 5, perSecond: 15 },
  channelWrites: { burst: 1, perSecond: 0.75 },
} as const satisfies Record<string, Rate>;

/** Turns at a rate: a bucket of tokens that may fall below zero, by which callers wait. */
export function turnsAt({ burst, perSecond }: Rate, pace: number = requestLimits.CALL_PACE): Turn {
  const perMillisecond = (perSecond * pace) / second;
  let tokens = burst;
  let at = performance.now();
  return async () => {
    const now = performance.now();
    tokens = Math.min(burst, tokens + (now - at) * perMillisecond) - 1;
    at = now;
    if (tokens < 0) await delay(-tokens / perMillisecond);
  };
}

/** Before a channel is written. */
export const turnToWriteChannel = turnsAt(rates.channelWrites);

/** Each action of EC2 has turns of its own. */
export function pacedEc2(client: EC2Client): EC2Client {
  const turns = new Map<string, Turn>();
  const waiting = beforeEachRequest((command) => {
    const turn = turns.get(command) ?? turnsAt(command.startsWith("Describe") ? rates.ec2Reads : rates.ec2Writes);
    turns.set(command, turn);
    return turn();
  });
  client.middlewareStack.add(waiting, inside);
  return client;
}

/** All reads share their turns. */
export function pacedSsm(client: SSMClient): SSMClient {
  const turn = turnsAt(rates.parameterReads);
  const waiting = beforeEachRequest(async (command) => {
    if (command.startsWith("GetParameter")) await turn();
  });
  client.middlewareStack.add(waiting, inside);
  return client;
}

/** Inside the SDK's own repetition, so that each attempt waits for a turn. */
const inside = { step: "finalizeRequest", priority: "low", name: "pace" } as const;

function beforeEachRequest(wait: (command: string) => Promise<void>) {
  return <Request, Answer>(next: (request: Request) => Promise<Answer>, about: { commandName?: string }) =>
    async (request: Request): Promise<Answer> => {
      await wait(about.commandName ?? "");
      return next(request);
    };
}
