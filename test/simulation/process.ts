import { answerCall } from "./calls.ts";
import { redirectClients, type Where, whereOf } from "./clients.ts";
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
  redirectClients((service, operation, input, client) => {
    const s = current as Simulation;
    const answer = (where?: Where) => answerCall(s, { service, operation, input, where });
    const where = s.places.size > 0 ? whereOf(client) : undefined;
    return where?.then(answer) ?? answer();
  });
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
