import { Listr, type ListrTaskWrapper } from "listr2";
import pc from "picocolors";
import type { Say } from "./narrate.ts";

/** The output on the terminal while the story is played: live on a terminal, plain lines elsewhere. */
export interface Timeline {
  /** Shows a step and its lines while it runs. At its end, `summary` is added to the title. */
  step<T>(title: string, work: (say: Say) => Promise<T>, summary?: (result: T) => string): Promise<T>;
  end(line: string): void;
}

export function startTimeline({ silent }: { silent: boolean }): Timeline {
  async function step<T>(title: string, work: (say: Say) => Promise<T>, summary?: (result: T) => string): Promise<T> {
    const began = performance.now();
    const clock = () => `${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s`;
    let result: T | undefined;
    const play = async (_: unknown, task: ListrTaskWrapper<unknown, never, never>) => {
      result = await work((line) => {
        task.output = `${pc.dim(clock())}  ${line}`;
      });
      task.title = `${pc.bold(title)}  ${summary?.(result) ?? ""} ${pc.dim(clock().trim())}`;
    };
    const tasks = [
      {
        title: pc.bold(title),
        task: play as never,
        rendererOptions: { outputBar: Number.POSITIVE_INFINITY, persistentOutput: true },
      },
    ];
    await new Listr(tasks, {
      renderer: silent ? "silent" : "default",
      fallbackRenderer: "simple",
      registerSignalListeners: false,
    } as never).run();
    return result as T;
  }

  return {
    step,
    end(line) {
      if (!silent) process.stdout.write(`${line}\n`);
    },
  };
}
