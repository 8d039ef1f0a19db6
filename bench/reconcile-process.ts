import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Call } from "../test/memory-aws/endpoint.ts";
import { deployReconcile } from "./deployed-reconcile.ts";

/** What one reconcile run cost. */
export interface RunCost {
  milliseconds: number;
  /** The most memory that its process has had so far, in bytes. */
  peak: number;
  calls: Call[];
}

/** As Lambda starts Node.js in a function with 512 MB: 90 % of them for old objects and 5 % for each half of the young. */
const lambdaFlags = ["--expose-gc", "--max-old-space-size=460", "--max-semi-space-size=25"];

/** The cost of reconcile runs, one after another in one process, as Lambda starts it. */
export async function runReconcile({
  runs,
  ...deployment
}: { runs: number } & Parameters<typeof deployReconcile>[0]): Promise<RunCost[]> {
  const { bundle, environment, endpoint, stop } = await deployReconcile(deployment);
  const child = fork(fileURLToPath(new URL("handler.mjs", import.meta.url)), [bundle], {
    env: environment,
    execArgv: lambdaFlags,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  try {
    await answerOf(child);
    const costs: RunCost[] = [];
    for (let run = 0; run < runs; run++) {
      const before = endpoint.calls.length;
      child.send("run");
      const cost = await answerOf(child);
      costs.push({ ...(cost as Omit<RunCost, "calls">), calls: endpoint.calls.slice(before) });
    }
    return costs;
  } finally {
    child.kill();
    await stop();
  }
}

/** @throws Error if the process ends instead */
async function answerOf(child: ReturnType<typeof fork>): Promise<unknown> {
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`the handler's process ended: ${code}`)));
  const [answer] = await Promise.race([once(child, "message"), ended]);
  return answer;
}
