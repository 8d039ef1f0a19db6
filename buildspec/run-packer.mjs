import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { argv, env, exit, stdout } from "node:process";
import { guestFailure, timeoutSign } from "./classify.mjs";
import { watchConsole } from "./console.mjs";

// run-packer.mjs LOG PACKER ARGUMENT…: with WATCHED_TOKEN in the environment the serial console of the build's machine is read too.
const [logFile, packer, ...parameters] = argv.slice(2);
const log = createWriteStream(logFile);
const ended = new AbortController();
let asked = false;
let grace;

process.on("SIGTERM", askToEnd);
const child = spawn(packer, parameters, { stdio: ["ignore", "pipe", "pipe"] });
// Nor does a reader that goes away end the clean-up.
stdout.on("error", () => {});
follow(child.stdout);
follow(child.stderr);
child.on("error", (error) => write(`${packer} cannot be run: ${error.message}\n`));
child.on("close", (code) => {
  ended.abort();
  clearTimeout(grace);
  // Whatever Packer makes of it: what ran out of time or was asked to end has not succeeded.
  const failed = asked || grace;
  log.end(() => exit(failed ? code || 1 : (code ?? 1)));
});

if (env.WATCHED_TOKEN) await endOnGuestFailure(env.WATCHED_TOKEN);

async function endOnGuestFailure(token) {
  const seconds = Number(env.CONSOLE_POLL_SECONDS) || 30;
  const line = await watchConsole({ token, seconds, signal: ended.signal, say: (text) => write(`${text}\n`) });
  if (!line) return;
  const known = guestFailure(line);
  write(`On the serial console:\n${known ? line : `EKSWIN-FAILED sysprep 90-sysprep: ${line}`}\n`);
  askToEnd();
}

/** Passes the output on, and ends Packer after a timeout: it says that it cancels the provisioner, and then waits on for it (1.16). */
function follow(stream) {
  let line = "";
  stream.setEncoding("utf8").on("data", (text) => {
    write(text);
    const lines = (line + text).split("\n");
    line = lines.at(-1);
    if (!grace && lines.some((each) => timeoutSign.test(each)))
      grace = setTimeout(askToEnd, (Number(env.TIMEOUT_GRACE_SECONDS) || 30) * 1000);
  });
}

/** Packer deletes what it made only if it is asked to end, not if it is killed; and only if it is asked once. */
function askToEnd() {
  if (!asked) child.kill("SIGTERM");
  asked = true;
}

function write(text) {
  log.write(text);
  stdout.write(text);
}
