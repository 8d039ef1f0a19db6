import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import type { GraphReader } from "../../local/deploy/graph.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the server that evaluates graphs; see `graphOf`. */
    graphServer: string;
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Serves the graphs of `sst.config.ts` to all test files of a run. It evaluates each distinct combination of
 * configuration, stage and place once, when a test first asks for it. In watch mode, each rerun starts from the current
 * sources.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { serve } = await import("../../local/deploy/answers.ts");
  const { openGraphs } = await import("../../local/deploy/graph.ts");
  let reader: Promise<GraphReader> | undefined;
  const graphs = new Map<string, Promise<unknown>>();

  const server = await serve((_, request) => {
    const key = JSON.stringify(request);
    reader ??= openGraphs(root);
    const graph = graphs.get(key) ?? reader.then(({ read }) => read(request as never));
    graphs.set(key, graph);
    return graph;
  });

  async function forget(): Promise<void> {
    const opened = reader;
    reader = undefined;
    graphs.clear();
    await (await opened)?.close();
  }

  project.onTestsRerun(forget);
  project.provide("graphServer", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    await forget();
    server.close();
    server.closeAllConnections();
  };
}
