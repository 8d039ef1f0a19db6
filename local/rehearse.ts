import { parseArgs } from "node:util";
import { acts } from "./rehearsal/acts.ts";
import { type RehearsalOptions, rehearse } from "./rehearsal/rehearsal.ts";

const usage = `npm start -- [options]
  --json         one JSON object on standard output, nothing else there
  --config FILE  rehearse another configuration than config.ts
  --act NAME     stop after this act: ${acts.map(({ name }) => `"${name}"`).join(", ")}`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readArguments(args);
  if (typeof options === "string") {
    process.stderr.write(`${options}\n\n${usage}\n`);
    return 2;
  }
  const interruption = listenForInterruption();
  const rehearsal = await rehearse(options, interruption);
  if (options.json) process.stdout.write(`${JSON.stringify(rehearsal)}\n`);
  if (interruption.aborted) return 130;
  return rehearsal.ok ? 0 : 1;
}

/** Every further signal is answered only: the first one's stopping leaves nothing behind, and takes some seconds. */
function listenForInterruption(): AbortSignal {
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => {
      if (interruption.signal.aborted) process.stderr.write("stopping already, some seconds more …\n");
      else interruption.abort(new Error(`stopped by ${name}`));
    });
  return interruption.signal;
}

function readArguments(args: string[]): RehearsalOptions | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        json: { type: "boolean", default: false },
        config: { type: "string", default: "config.ts" },
        act: { type: "string" },
      },
    });
    if (values.act !== undefined && !acts.some(({ name }) => name === values.act))
      return `there is no act "${values.act}"`;
    return values;
  } catch (error) {
    return (error as Error).message;
  }
}
