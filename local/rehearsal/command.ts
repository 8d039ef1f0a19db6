import { parseArgs } from "node:util";
import { type RehearsalOptions, rehearse } from "./rehearsal.ts";
import { isStoryName, stories, storyNames } from "./stories.ts";

const usage = `npm run rehearse -- [options]
  --story NAME   ${storyNames.join(", ")}; default: main
  --json         print one JSON object on standard output and nothing else
  --config FILE  replace the story's own configuration (${storyNames.map((name) => stories[name].config).join(", ")})
  --scripts      run the scripts of layer builds in a PowerShell instead of replaying them (CONTRIBUTING.md)
  --act NAME     stop after this act:
${storyNames.map((name) => `                 ${name}: ${namesOfActs(name)}`).join("\n")}`;

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

/**
 * The first signal stops the rehearsal, which cleans up and takes some seconds. Every further signal is only
 * acknowledged.
 */
function listenForInterruption(): AbortSignal {
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => {
      if (interruption.signal.aborted) process.stderr.write("already stopping, a few more seconds …\n");
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
        story: { type: "string", default: "main" },
        config: { type: "string" },
        act: { type: "string" },
        scripts: { type: "boolean", default: false },
      },
    });
    const { story, act } = values;
    if (!isStoryName(story)) return `unknown story "${story}"`;
    if (act !== undefined && !stories[story].acts.some(({ name }) => name === act))
      return `the story ${story} has no act "${act}"`;
    return { ...values, story };
  } catch (error) {
    return (error as Error).message;
  }
}

function namesOfActs(story: keyof typeof stories): string {
  return stories[story].acts.map(({ name }) => `"${name}"`).join(", ");
}
