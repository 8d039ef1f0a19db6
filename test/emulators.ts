import { startNursery } from "../local/aws/emulator-process.ts";
import { cacheDirectory } from "../local/tools/cache.ts";
import { findMoto } from "../local/tools/moto.ts";

/** For all test files of a run: one process that has moto loaded, from which each emulator is forked. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  const moto = findMoto({ cache: cacheDirectory(), log: () => undefined });
  if (!moto) return undefined;
  const { line, stop } = await startNursery(moto);
  process.env.EMULATOR_NURSERY = JSON.parse(line).port;
  return stop;
}
