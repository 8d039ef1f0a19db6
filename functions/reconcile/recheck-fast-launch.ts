import type { FastLaunchWrite } from "../domain/fast-launch/actions.ts";
import { type IndexedWorld, withReread } from "../domain/indexed-world.ts";
import { fastLaunchWritesFor } from "../domain/plan.ts";
import { fastLaunchRecord, recordBody } from "../domain/records.ts";
import { finderOf, readChannels } from "../io/channels.ts";
import { disableFastLaunch, enableFastLaunch, readFastLaunches } from "../io/fast-launch.ts";
import { writeRecord } from "../io/records.ts";
import { readConfirmed } from "./recheck.ts";
import type { Run } from "./writes.ts";

/**
 * Changes an image's Fast Launch, if it is decided in the same way once more.
 * @returns false if it is not
 */
export async function changeFastLaunch(action: FastLaunchWrite, run: Run): Promise<boolean> {
  const { environment, world, clock } = run;
  const { image, variant, reasons } = action;
  if (!(await isStillPlanned(action, run))) return false;
  if (action.do === "disable-fast-launch") {
    await disableFastLaunch(image, environment);
    return true;
  }
  // Before EC2 is asked, so that what it made is ours even if the run ends in between.
  const body = recordBody("reconcile", clock(), reasons.join("; "));
  await writeRecord(environment.BUCKET, fastLaunchRecord(image, variant), body);
  await enableFastLaunch(image, environment, world.configuration);
  return true;
}

/** Reads and decides again right before the write. The quota counts what other runs have enabled meanwhile. */
async function isStillPlanned(action: FastLaunchWrite, { world, environment, clock }: Run): Promise<boolean> {
  const { variant, image } = action;
  const confirmed = readConfirmed(environment, { variant });
  const finding = confirmed.then(({ images }) => finderOf(images));
  const [{ images, pauses, revokedByRecord, fastLaunched }, channels] = await Promise.all([
    confirmed,
    readChannels(environment.CHANNELS_PREFIX, finding),
  ]);
  const fastLaunch = await readFastLaunches(environment, world.configuration, fastLaunched);
  const { references } = world;
  const reread = { now: clock(), images, revokedByRecord, channels, references, pauses, fastLaunch };
  const fresh: IndexedWorld = withReread(world, variant, reread);
  return fastLaunchWritesFor(fresh, image).some((one) => one.do === action.do);
}
