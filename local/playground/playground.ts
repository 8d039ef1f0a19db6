import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { startProxy } from "../../cli/proxy/proxy.ts";
import { readingUrl } from "../../cli/service/read-page.ts";
import { errorText } from "../rehearsal/error-text.ts";
import type { Say } from "../rehearsal/narrate.ts";
import { openRunLogs } from "../rehearsal/run-logs.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { installTools } from "../tools/install.ts";
import { requiredPowerShell } from "../windows/settings.ts";
import { takeSnapshot, watchFiles } from "./changes.ts";
import { type Following, followOrders } from "./follow.ts";
import type { Place } from "./run-file.ts";
import { tellHappenings } from "./tell.ts";
import { keepTime } from "./timekeeper.ts";
import { setWorld, timeText } from "./world.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The day after a Patch Tuesday, four weeks before the next one. */
const startsAt = new Date("2026-10-14T16:00:00Z");
const basesReleasedAt = new Date("2026-10-09T00:00:00Z");

/** A stack that stays up for somebody who plays with it. */
export interface Playground extends Pick<Following, "follow" | "followed"> {
  stop(): Promise<void>;
}

export interface PlaygroundOptions {
  /** The user's configuration, as an absolute path. */
  configFile: string;
  /** Run the scripts in a PowerShell instead of replaying recordings. */
  scripts: boolean;
}

/**
 * Starts the stack, lets the service have its first look and watches the files that a deployment reads.
 * @throws Error as the start of the stack does, when everything has been stopped again
 */
export async function openPlayground(
  { configFile, scripts }: PlaygroundOptions,
  place: Place,
  say: Say,
  signal: AbortSignal,
): Promise<Playground> {
  await using opened = new AsyncDisposableStack();
  const logs = openRunLogs(join(root, ".run"));
  const tools = await installTools(say, { signal });
  const powershell = scripts ? requiredPowerShell() : undefined;
  const look = () => takeSnapshot(root, configFile);
  const deployed = look();
  const where = { stage: "local", configFile, logDir: logs.dir };
  const stack = await startStack({ tools, ...where, startsAt, basesReleasedAt, powershell, say, signal });
  opened.defer(() => stack.stop());
  const stopping = new AbortController();
  opened.defer(() => stopping.abort(new Error("the stack is stopping")));
  const ends = AbortSignal.any([signal, stopping.signal]);
  const tell: Say = (line) => say(`${timeText(stack.clock.now())}  ${line}`);
  const trouble = (error: Error) => tell(`trouble    ${errorText(error)}`);
  stack.events.on("failure", trouble).on("trouble", trouble);
  const time = keepTime(stack.clock, stack.schedules, trouble);
  opened.defer(() => time.stop());
  const read = readPageOf(stack);
  const page = await startProxy(read);
  opened.defer(() => page.stop());
  opened.defer(tellHappenings(stack, join(logs.dir, "mails"), tell));
  const world = setWorld(stack, time, tell, ends);

  const orders = followOrders({ stack, world, read, say, tell, signal: ends });
  const endWatch = watchFiles(deployed, look, (paths) => {
    tell(`changed    ${paths.join(", ")}; deploying`);
    void orders.deploy();
  });
  opened.defer(endWatch);
  const { region, credentials, url: endpoint } = stack.emulator;
  const { file: clockFile } = stack.clock;
  const url = stack.functions.url;
  place.publish({
    pid: process.pid,
    url,
    region,
    endpoint,
    credentials,
    page: page.address,
    builds: logs.dir,
    clockFile,
  });
  for (const line of welcome(page.address, relative(process.cwd(), logs.dir))) say(line);
  void orders.begin();
  const parts = opened.move();
  return { follow: orders.follow, followed: orders.followed, stop: () => parts.disposeAsync() };
}

/** The page's calls, signed by the emulated account's administrator. */
function readPageOf({ emulator, clock, functions }: Stack) {
  const credentials = async () => emulator.credentials;
  return readingUrl(functions.url, { region: emulator.region, credentials, now: clock.now }, (error) => {
    throw error;
  });
}

function welcome(page: string, logs: string): string[] {
  return [
    "",
    `The stack is up until Ctrl-C or "quit"; "help" lists what it can do.`,
    `Page       ${page}`,
    "CLI        npm run cli -- status --local",
    `Logs       ${logs}`,
    `Mails      ${join(logs, "mails")}`,
    "A change of config.ts, packer/ or buildspec/ is deployed by itself.",
    "",
  ];
}
