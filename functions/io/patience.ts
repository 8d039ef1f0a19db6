import pTimeout from "p-timeout";
import { second } from "../config/time.ts";

/**
 * What EC2 answers, if it does so in time. Work that has begun goes on in the background.
 * @param patience how long the answer may take, in milliseconds
 * @throws Error if no time is left, and then EC2 is not asked; or if the time is up
 */
export async function withPatience<T>(patience: number, ask: () => Promise<T>): Promise<T> {
  if (patience <= 0) throw new Error("no time is left to ask EC2");
  return pTimeout(ask(), {
    milliseconds: patience,
    message: `EC2 has not answered within ${patience / second} s`,
  });
}
