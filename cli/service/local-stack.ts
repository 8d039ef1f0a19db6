import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { JsonText } from "../../functions/config/json.ts";
import { createClock } from "../../local/clock/clock.ts";
import { isAlive } from "../../local/tools/is-alive.ts";
import { CliError } from "../cli-error.ts";

/** What `npm run local` writes into `.run/local.json` while it runs. */
export const LocalStackFile = z.object({
  /** Of the process that keeps the stack up. */
  pid: z.number().int().positive(),
  /** The function URL of `api`. */
  url: z.url(),
  region: z.string(),
  /** Of the emulator, for clients of the AWS SDK. */
  endpoint: z.url().optional(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string(), sessionToken: z.string().optional() }),
  /** The status page. */
  page: z.url().optional(),
  /** The folder with the logs of the builds. The link `…/logs/1` of a build in the status is its `build-1.log`. */
  builds: z.string().optional(),
  /** The file of the stack's clock (local/clock/clock.ts). Without it the stack has this machine's time. */
  clockFile: z.string().optional(),
});

export interface LocalStack extends z.infer<typeof LocalStackFile> {
  /** The stack's time. */
  now(): Date;
}

export const localStackFile = fileURLToPath(new URL("../../.run/local.json", import.meta.url));

/** @throws CliError if no local stack runs */
export function readLocalStack(file = localStackFile): LocalStack {
  const stack = JsonText.pipe(LocalStackFile).safeParse(textOf(file));
  if (!stack.success) throw notRunning(`${file} is no description of a local stack:\n${z.prettifyError(stack.error)}`);
  if (!isAlive(stack.data.pid)) throw notRunning("the local stack has ended without cleaning up");
  const { clockFile } = stack.data;
  return { ...stack.data, now: clockFile === undefined ? () => new Date() : createClock(clockFile).now };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw notRunning("no local stack runs");
    throw error;
  }
}

function notRunning(why: string): CliError {
  return new CliError(why, ["npm run local starts one; keep it running in another terminal"]);
}
