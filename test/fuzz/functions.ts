import { vi } from "vitest";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import type { World } from "../../functions/domain/world.ts";
import type { Account } from "../memory-aws/account.ts";
import { type Endpoint, serve, settings } from "../memory-aws/endpoint.ts";
import { accountOf, environmentOf } from "../memory-aws/from-world.ts";

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

export interface Functions {
  account: Account;
  endpoint: Endpoint;
  /** Loads a function that is configured with these policies and fleets. */
  load(
    name: "api" | "reconcile",
    policies?: ConfigurationInput["policies"],
    fleets?: ConfigurationInput["fleets"],
  ): Promise<Handler>;
  /** The account is as it was in the beginning. */
  reset(): void;
}

/** In the functions' environment and in the headers of signed calls, and nowhere that anybody reads. */
export const secret = "planted-5Jx0dV7uQe";
const credentials = { AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: secret, TOKEN_OF_ANOTHER_TOOL: secret };

/** The service's functions in this process, with the account in memory of that world. */
export async function startFunctions(world: World): Promise<Functions> {
  const account = accountOf(world);
  const endpoint = await serve(account);
  Object.assign(process.env, environmentOf(world), settings(endpoint), credentials, {
    QUEUE_URL: `${endpoint.url}/sqs/triggers`,
    CALL_PACE: "1000000",
  });
  return {
    account,
    endpoint,
    async load(name, policies = {}, fleets = []) {
      const { variants } = world.configuration;
      const kubernetesReleaseUrl = `${endpoint.url}/kubernetes`;
      const config = { variants, fleets, policies: { ...policies, kubernetesReleaseUrl } };
      vi.resetModules();
      vi.doMock("../../config.ts", () => ({ config }));
      const { handler } = await (name === "api"
        ? import("../../functions/api.ts")
        : import("../../functions/reconcile.ts"));
      return handler as never;
    },
    reset: () => Object.assign(account, accountOf(world)),
  };
}

/** A process is frozen if it has ended; what a function writes until then is its log. */
export async function logged<T>(call: () => Promise<T>): Promise<{ result: T; lines: string[] }> {
  const lines: string[] = [];
  const keep = (text: unknown) => lines.push(String(text)) > 0;
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockImplementation(keep));
  try {
    return { result: await call(), lines };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

export const lambda = {
  awsRequestId: "00000000-0000-4000-8000-000000000001",
  getRemainingTimeInMillis: () => 3_600_000,
};
