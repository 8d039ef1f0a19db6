import { answerCall } from "./calls.ts";
import { redirectClients } from "./clients.ts";
import type { Simulation } from "./simulation.ts";
import { answerFetch } from "./upstream.ts";
import { virtualTime } from "./virtual-time.ts";

/**
 * Prepares this process for histories. It must come before the functions are imported, because they read their settings
 * and make their clients then.
 */
export function prepareProcess(): { enter: (s: Simulation) => void } {
  let current: Simulation | undefined;
  const realNow = Date.now;
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
    // The pace counts real seconds.
    CALL_PACE: "1000000",
  });
  console.log = () => undefined;
  virtualTime(() => current?.now() ?? realNow());
  redirectClients((service, operation, input) => answerCall(current as Simulation, service, operation, input));
  globalThis.fetch = (async (url: string) => {
    const { status, body } = answerFetch(current as Simulation, `${url}`);
    return new Response(body, { status });
  }) as typeof fetch;
  return {
    enter(s) {
      current = s;
    },
  };
}
