import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { argv, env, exit, stdout } from "node:process";
import { guestFailure } from "./classify.mjs";
import { watchConsole } from "./console.mjs";

// run-packer.mjs LOG PACKER ARGUMENT…: with WATCHED_TOKEN in the environment the serial console of the build's machine is read too.
const [logFile, packer, ...parameters] = argv.slice(2);
const log = createWriteStream(logFile);
const ended = new AbortController();

// Packer deletes what it made only if it is asked to end, not if it is killed.
process.on("SIGTERM", () => child.kill("SIGTERM"));
const child = spawn(packer, parameters, { stdio: ["ignore", "pipe", "pipe"] });
// Nor does a reader that goes away end the clean-up.
stdout.on("error", () => {});
child.stdout.on("data", write);
child.stderr.on("data", write);
child.on("error", (error) => write(`${packer} cannot be run: ${error.message}\n`));
child.on("close", (code) => {
  ended.abort();
  log.end(() => exit(code ?? 1));
});

if (env.WATCHED_TOKEN) await endOnGuestFailure(env.WATCHED_TOKEN);

async function endOnGuestFailure(token) {
  const seconds = Number(env.CONSOLE_POLL_SECONDS) || 30;
  const line = await watchConsole({ token, seconds, signal: ended.signal, say: (text) => write(`${text}\n`) });
  if (!line) return;
  const known = guestFailure(line);
  write(`On the serial console:\n${known ? line : `EKSWIN-FAILED sysprep 90-sysprep: ${line}`}\n`);
  child.kill("SIGTERM");
}

function write(text) {
  log.write(text);
  stdout.write(text);
}
