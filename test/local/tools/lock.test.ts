import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Site } from "../../../local/tools/cache.ts";
import { withLock } from "../../../local/tools/lock.ts";
import { temporaryDirectory } from "./workshop.ts";

const lockModule = new URL("../../../local/tools/lock.ts", import.meta.url).href;

test("two installations in the same cache run one after the other", async () => {
  const { site, logged } = openCache();
  const order: string[] = [];
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const first = withLock(site, async () => {
    order.push("first begins");
    begun.resolve();
    await finish.promise;
    order.push("first ends");
  });
  await begun.promise;

  const second = withLock(site, async () => void order.push("second"));
  const line = await Promise.race([logged, second]);
  finish.resolve();
  await Promise.all([first, second]);

  expect(order).toEqual(["first begins", "first ends", "second"]);
  expect(line).toMatch(new RegExp(`Another process \\(${process.pid}\\) is installing .* up to 5 minutes`));
});

test("an installation that waits for another one can be interrupted", async () => {
  const { site, logged } = openCache();
  const interruption = new AbortController();
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const first = withLock(site, () => {
    begun.resolve();
    return finish.promise;
  });
  await begun.promise;

  const second = withLock({ ...site, signal: interruption.signal }, async () => undefined);
  await Promise.race([logged, second]);
  interruption.abort(new Error("stopped by SIGINT"));

  await expect(second).rejects.toThrow("stopped by SIGINT");
  finish.resolve();
  await first;
});

test("a stalled process keeps its lock; once it dies, the next one takes over and removes its leftovers", async () => {
  const { cache, site, logged } = openCache();
  const holder = await holdLockInAnotherProcess(cache);
  holder.kill("SIGSTOP");

  let isKilled = false;
  const next = withLock(site, async () => ({ isKilled, leftovers: readdirSync(cache) }));
  expect(await Promise.race([logged, next])).toContain(`Another process (${holder.pid})`);
  mkdirSync(join(cache, ".unfinished-go-abc"));
  isKilled = true;
  holder.kill("SIGKILL");

  const takeover = await next;
  expect(takeover.isKilled).toBe(true);
  expect(takeover.leftovers).not.toContain(".unfinished-go-abc");
});

test("a lock is free again after an installation that failed", async () => {
  const { site } = openCache();
  const failing = withLock(site, async () => {
    throw new Error("no space left");
  });
  await expect(failing).rejects.toThrow("no space left");

  expect(await withLock(site, async () => "installed")).toBe("installed");
});

function openCache(): { cache: string; site: Site; logged: Promise<string> } {
  const cache = temporaryDirectory();
  const { promise: logged, resolve: log } = Promise.withResolvers<string>();
  return { cache, site: { cache, log }, logged };
}

async function holdLockInAnotherProcess(cache: string) {
  const script = `
    import { withLock } from ${JSON.stringify(lockModule)};
    await withLock({ cache: ${JSON.stringify(cache)}, log: () => {} }, async () => {
      process.stdout.write("locked");
      await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1));
    });
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [output] = await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  expect(String(output)).toBe("locked");
  return child;
}
