import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../local/aws/emulator.ts";
import { startUpstream, type Upstream } from "../../local/aws/upstream.ts";
import { type Clock, createClock } from "../../local/clock/clock.ts";
import { installTools } from "../../local/tools/install.ts";

/** AWS and Kubernetes as the functions' modules see them once this process has their environment. */
export interface Aws {
  emulator: Emulator;
  upstream: Upstream;
  clock: Clock;
  stop(): Promise<void>;
}

/** Limits so long that no slow machine meets them, and no waits between calls. */
const unhurried = {
  CONNECT_TIMEOUT_MS: "3600000",
  REQUEST_TIMEOUT_MS: "3600000",
  RELEASE_HOST_TIMEOUT_MS: "3600000",
  CALL_PACE: "1000000",
};

/** To be awaited before a module of `functions/` is imported: their clients read the environment when they are made. */
export async function startAws(): Promise<Aws> {
  const dir = mkdtempSync(join(tmpdir(), "rim-"));
  const clock = createClock(join(dir, "clock"));
  const tools = await installTools(() => undefined);
  const emulator = await startEmulator({ tools, dir, clock });
  const upstream = await startUpstream();
  Object.assign(process.env, emulator.environment, unhurried, { AWS_ENDPOINT_URL_EKS: upstream.eksUrl });
  return {
    emulator,
    upstream,
    clock,
    async stop() {
      await upstream.stop();
      await emulator.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
