import type { FastLaunchWrite } from "../domain/fast-launch/actions.ts";
import { fastLaunchRecord, fastLaunchRefusalRecord } from "../domain/fast-launch-records.ts";
import { type IndexedWorld, withReread } from "../domain/indexed-world.ts";
import { fastLaunchWritesFor } from "../domain/plan.ts";
import { recordBody } from "../domain/records.ts";
import { isRefusal } from "../io/aws-refusal.ts";
import { finderOf, readChannels } from "../io/channels.ts";
import { disableFastLaunch, enableFastLaunch, fastLaunchAtHome, readFastLaunches } from "../io/fast-launch.ts";
import { writeRecord } from "../io/records.ts";
import { readConfirmed } from "./recheck.ts";
import type { Run } from "./writes.ts";

/**
 * Changes an image's Fast Launch, if it is decided in the same way once more.
 * @returns false if it is not
 * @throws Error if EC2 does not do it; if EC2 refuses, a record says so, and it is asked again after a while
 */
export async function changeFastLaunch(action: FastLaunchWrite, run: Run): Promise<boolean> {
  const { environment, world, clock } = run;
  const { image, variant, reasons } = action;
  if (!(await isStillPlanned(action, run))) return false;
  const of = action.do === "enable-fast-launch" ? "enable" : "disable";
  const body = recordBody("reconcile", clock(), reasons.join("; "));
  // Before EC2 is asked, so that what it made is ours even if the run ends in between.
  if (of === "enable") await writeRecord(environment.BUCKET, fastLaunchRecord(image, variant), body);
  try {
    if (of === "enable") await enableFastLaunch(fastLaunchAtHome(environment), image, world.configuration);
    else await disableFastLaunch(fastLaunchAtHome(environment), image);
  } catch (error) {
    if (isRefusal(error)) {
      const words = `${error.name}: ${error.message}`;
      await writeRecord(environment.BUCKET, fastLaunchRefusalRecord(image, of, words), body);
    }
    throw error;
  }
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
