import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { argv, env, exit, stdout } from "node:process";
import { guestFailure, timeoutSign } from "./classify.mjs";
import { watchConsole } from "./console.mjs";

// run-packer.mjs LOG PACKER ARGUMENT…: if WATCHED_TOKEN is set, also watches the serial console of the build's machine.
// If TIMES_FILE is set, that file gets each line of Packer's output with its time.
const [logFile, packer, ...parameters] = argv.slice(2);
const log = createWriteStream(logFile);
const times = env.TIMES_FILE ? createWriteStream(env.TIMES_FILE) : undefined;
// The time at the beginning, and from then on a clock that nobody sets. If the system makes this process wait between the
// two clocks, the difference is too small, so the largest of several is the right one.
const began = Math.max(...Array.from({ length: 10 }, () => Date.now() - performance.now()));
const ended = new AbortController();
let asked = false;
let grace;

const child = spawn(packer, parameters, { stdio: ["ignore", "pipe", "pipe"] });
// Packer's clean-up goes on if the reader of this output goes away, and if the disk is full.
stdout.on("error", () => {});
times?.on("error", ({ message }) => stdout.write(`${env.TIMES_FILE} is not complete: ${message}\n`));
log.on("error", ({ message }) => stdout.write(`${logFile} is not complete: ${message}\n`));
follow(child.stdout);
follow(child.stderr);
child.on("error", (error) => write(`${packer} cannot be run: ${error.message}\n`));
child.on("close", (code, signal) => {
  ended.abort();
  if (signal) write(`Packer was killed by ${signal}\n`);
  clearTimeout(grace);
  // A run that timed out or was asked to end has failed, whatever exit code Packer has.
  const failed = asked || grace;
  note("the end");
  const status = failed ? code || 1 : (code ?? 1);
  log.end(() => (times && !times.destroyed ? times.end(() => exit(status)) : exit(status)));
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

/**
 * Passes the output on and ends Packer after a timeout: Packer 1.16 logs that it cancels the provisioner, but goes on
 * waiting for it.
 */
function follow(stream) {
  let line = "";
  stream.setEncoding("utf8").on("data", (text) => {
    write(text);
    const lines = (line + text).split("\n");
    line = lines.at(-1);
    for (const each of lines.slice(0, -1)) note(each);
    if (!grace && lines.some((each) => timeoutSign.test(each)))
      grace = setTimeout(askToEnd, (Number(env.TIMEOUT_GRACE_SECONDS) || 30) * 1000);
  });
}

function note(line) {
  times?.write(`${new Date(began + performance.now()).toISOString()} ${line}\n`);
}

/** Packer deletes its resources on one TERM, but not on KILL and not on a second TERM. */
function askToEnd() {
  if (!asked) child.kill("SIGTERM");
  asked = true;
}

function write(text) {
  log.write(text);
  stdout.write(text);
}
