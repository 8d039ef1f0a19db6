import pTimeout from "p-timeout";
import { second } from "../config/time.ts";

/**
 * What EC2, or another service, answers, if it does so in time. Work that has begun goes on in the background.
 * @param patience how long the answer may take, in milliseconds
 * @throws Error if no time is left, and then nobody is asked; or if the time is up
 */
export async function withPatience<T>(patience: number, ask: () => Promise<T>, who = "EC2"): Promise<T> {
  if (patience <= 0) throw new Error(`no time is left to ask ${who}`);
  return pTimeout(ask(), {
    milliseconds: patience,
    message: `${who} has not answered within ${patience / second} s`,
  });
}
