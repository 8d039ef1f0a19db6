import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { minute } from "../functions/config/time.ts";
import { bundleHandler } from "../local/lambda/bundle.ts";
import { bigWorld } from "../test/big-world.ts";
import type { Account } from "../test/memory-aws/account.ts";
import { type Endpoint, serve, settings } from "../test/memory-aws/endpoint.ts";
import { accountOf, environmentOf } from "../test/memory-aws/from-world.ts";

/** `reconcile` in an account in memory in which nothing is due, which answers over AWS's own wire formats. */
export interface DeployedReconcile {
  /** The file that Lambda loads. */
  bundle: string;
  /** The configuration that it contains, as TypeScript. */
  configFile: string;
  environment: NodeJS.ProcessEnv;
  endpoint: Endpoint;
  stop: () => Promise<void>;
}

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * @param latency how long each call takes, in milliseconds
 * @param change what is different in the account
 */
export async function deployReconcile({
  variants,
  latency = 0,
  change = () => {},
}: {
  variants: number;
  latency?: number;
  change?: (account: Account) => void;
}): Promise<DeployedReconcile> {
  const dir = mkdtempSync(join(tmpdir(), "bench-"));
  const lastMinute = Math.floor(Date.now() / minute) * minute;
  const world = bigWorld(variants, 20, { calm: true, at: new Date(lastMinute).toISOString() });
  const account = accountOf(world);
  change(account);
  const endpoint = await serve(account, latency);
  const configFile = join(dir, "config.ts");
  const { retiredVariants } = world.configuration;
  const policies = { kubernetesReleaseUrl: `${endpoint.url}/kubernetes` };
  const config = { variants: world.configuration.variants, policies, retiredVariants };
  writeFileSync(configFile, `export const config = ${JSON.stringify(config)};`);
  const handler = "functions/reconcile.handler";
  const { errors } = await bundleHandler({ root, handler, outDir: dir, configFile, minify: true });
  if (errors.length > 0) throw new Error(`bundling ${handler}: ${errors.join("; ")}`);
  return {
    bundle: join(dir, "bundle.mjs"),
    configFile,
    environment: { ...process.env, ...environmentOf(world), ...settings(endpoint) },
    endpoint,
    stop: async () => {
      await endpoint.stop();
      rmSync(dir, { recursive: true });
    },
  };
}
