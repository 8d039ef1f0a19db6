import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fasterStart, isSlow, measuresOf, mergeStart, timesOf } from "./start.mjs";

/** The polling delay of packer/proof/waits.pkr.hcl. */
const usualDelay = 5;

const orders = {
  /** REPORT TIMES DEPLOYMENT: completes `start` in REPORT and says what is not known. Prints the records' names. */
  start(report, times, deployment) {
    const proof = read(report);
    const delay = read(deployment).aws_poll_delay_seconds ?? usualDelay;
    proof.start = mergeStart(proof.start, timesOf(existsSync(times) ? readFileSync(times, "utf8") : ""), delay);
    write(report, proof);
    for (const warning of proof.start.warnings) process.stderr.write(`The start is not wholly measured: ${warning}\n`);
    process.stdout.write(
      measuresOf(proof.start)
        .map((name) => `${name}\n`)
        .join(""),
    );
  },
  /** REPORT SECONDS: exits with 0 if the start took longer. */
  slow(report, seconds) {
    process.exitCode = isSlow(read(report).start, Number(seconds)) ? 0 : 1;
  },
  /** FIRST SECOND: writes into SECOND the report of the faster start, with the seconds of the slower one. */
  faster(first, second) {
    const [one, other] = [read(first), read(second)];
    const { start, isSecond } = fasterStart(one.start, other.start);
    write(second, { ...(isSecond ? other : one), start });
  },
};

function read(path) {
  // Windows PowerShell writes UTF-8 with a byte order mark.
  return JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
}

function write(path, document) {
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
}

const [order, ...parameters] = argv.slice(2);
orders[order](...parameters);
