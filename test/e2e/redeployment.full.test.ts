import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import { signedFetch } from "../../local/lambda/signed-fetch.ts";
import { type Stack, startStack } from "../../local/stack/stack.ts";
import { installTools } from "../../local/tools/install.ts";

const one: ConfigurationInput = { variants: [{ windows: 2022, kubernetes: "1.35" }] };
const two: ConfigurationInput = {
  variants: [...one.variants, { windows: 2025, kubernetes: "1.36" }],
  policies: { baseAmiSchedule: "rate(30 minutes)" },
  fleets: [
    {
      name: "web",
      variant: "windows-2025-core-1.36",
      kind: "managed-node-group",
      cluster: "blue",
      group: "web",
      mode: "roll",
      window: "always",
    },
  ],
};

let dir: string;
let configFile: string;
let stack: Stack;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "redeployment-"));
  configFile = join(dir, "config.ts");
  configure(one);
  const time = new Date("2026-10-14T16:00:00Z");
  const tools = await installTools(() => undefined);
  const where = { tools, stage: "again", configFile };
  stack = await startStack({ ...where, startsAt: time, basesReleasedAt: time, say: () => undefined });
  // No build starts, so every reconcile run is short.
  stack.upstream.unanswering(true);
});

afterAll(async () => {
  await stack?.stop();
  rmSync(dir, { recursive: true });
});

function configure(config: object): void {
  writeFileSync(configFile, `export const config = ${JSON.stringify(config)};`);
}

/** The names that `GET /` shows. */
async function shown(): Promise<{ variants: string[]; fleets: string[] }> {
  const { region, credentials } = stack.emulator;
  const response = await signedFetch(stack.functions.url, { region, credentials, now: stack.clock.now });
  const { variants, fleets } = (await response.json()) as {
    variants: { variant: string }[];
    fleets: { fleet: string }[];
  };
  return { variants: variants.map(({ variant }) => variant), fleets: fleets.map(({ fleet }) => fleet) };
}

async function reconciledVariants(): Promise<string[]> {
  const from = stack.logs.length;
  await stack.schedules.fire(new Date(0), stack.clock.now());
  await stack.idle();
  const waits = stack.logs.slice(from).filter(({ record }) => record?.message === "wait");
  return [...new Set(waits.map(({ record }) => String(record?.variant)))].toSorted();
}

test("a running stack takes another configuration, goes back to the first one, and takes the other once more", async () => {
  const { bucket, queue } = stack.deployment;
  configure(two);
  await stack.deploy();

  const both = ["windows-2022-core-1.35", "windows-2025-core-1.36"];
  expect(await shown()).toEqual({ variants: both, fleets: ["web"] });
  expect(await reconciledVariants()).toEqual(both);
  expect(stack.deployment).toMatchObject({ bucket, queue });
  expect(stack.configuration.fleets).toHaveLength(1);

  configure(one);
  await stack.deploy();

  expect(await shown()).toEqual({ variants: both.slice(0, 1), fleets: [] });
  expect((await stack.deploy()).changes).toEqual([]);

  configure(two);
  await stack.deploy();

  expect(await shown()).toEqual({ variants: both, fleets: ["web"] });
  configure(one);
  await stack.deploy();
});

test("a configuration with a mistake changes nothing", async () => {
  const before = await shown();
  configure({ variants: [{ windows: 2021, kubernetes: "1.35" }] });

  await expect(stack.deploy()).rejects.toThrow("windows is 2021");

  expect(await shown()).toEqual(before);
  expect(stack.configuration.variants).toHaveLength(1);
});
