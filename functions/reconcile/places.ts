import type { Place } from "../config/place.ts";
import type { Image } from "../domain/images.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import { placeFastLaunchRecord, placeFastLaunchRefusalRecord } from "../domain/place-fast-launch-records.ts";
import {
  copyRecord,
  placeRefusalRecord,
  placeRetirementRecord,
  placeSightRecord,
  placeWriteRecord,
  shareRecord,
} from "../domain/place-records.ts";
import type { PlaceAction, PlaceWrite } from "../domain/places/actions.ts";
import { neededBeside } from "../domain/places/use-in-places.ts";
import { recordBody } from "../domain/records.ts";
import { isRefusal } from "../io/aws-refusal.ts";
import { writeChannel } from "../io/channels.ts";
import { disableFastLaunch, enableFastLaunch } from "../io/fast-launch.ts";
import { deregisterImage } from "../io/image-lifecycle.ts";
import { turnToWriteChannel } from "../io/pace.ts";
import { accountOf, changing, homeRegion } from "../io/places/clients.ts";
import { disableCopy, enableCopy, letCopy, shareImage, startCopy, unshareImage } from "../io/places/copies.ts";
import { writeRecord } from "../io/records.ts";
import { recheckPlace } from "./recheck-place.ts";
import type { Run } from "./writes.ts";

type WriteOf<Do extends PlaceWrite["do"]> = Extract<PlaceWrite, { do: Do }>;

/** Records whether a place answers. That needs no second look: it was so. */
export async function notePlace(
  { place, sight, reasons }: Extract<PlaceAction, { do: "sight-place" }>,
  run: Run,
): Promise<void> {
  await keep(run, placeSightRecord(place, sight), reasons);
}

/**
 * Changes a place, or what it may use, if what is read again right before decides the same.
 * @returns false if it does not
 * @throws Error if AWS does not do it; if it refuses to copy, to share or Fast Launch, a record says so, and it is asked
 * again later
 */
export async function changePlace(action: PlaceWrite, run: Run): Promise<boolean> {
  const fresh = await recheckPlace(action, run);
  if (!fresh) return false;
  const place = fresh.configuration.places.find(({ name }) => name === action.place) as Place;
  const about: About = { place, run };
  switch (action.do) {
    case "copy":
      await copy(action, fresh.imagesById().get(action.image) as Image, { ...about, isLet: isLet(fresh, action) });
      return true;
    case "share":
      await share(action, about);
      return true;
    case "unshare":
      await unshareImage(action.image, accountOf(run.environment, place), neededBeside(fresh, place, action.image));
      await keep(run, shareRecord("unshares", action.image, place.name), action.reasons);
      return true;
    case "publish-there": {
      const observed = fresh.places[place.name];
      const isFirst = observed?.state === "known" && !observed.channels[action.variant]?.[action.channel];
      return publish(action, isFirst, about);
    }
    case "enable-there":
      await enableCopy(changing(run.environment, place).ec2, action.id);
      await keep(run, placeRetirementRecord(action.id, "enabled"), action.reasons);
      return true;
    case "release-there":
      await keep(run, placeRetirementRecord(action.id, "released"), action.reasons);
      return true;
    case "disable-there":
      await keep(run, placeRetirementRecord(action.id, "disabled"), action.reasons);
      await disableCopy(changing(run.environment, place).ec2, action.id);
      return true;
    case "fast-launch-there":
      await changeFastLaunch(action, about);
      return true;
    case "deregister-there":
      await deregisterImage(action.id, changing(run.environment, place).ec2);
      return true;
  }
}

interface About {
  place: Place;
  run: Run;
}

/** Whether an earlier run has already let the place's account copy the image. */
function isLet({ placeRecords }: IndexedWorld, { place, image }: WriteOf<"copy">): boolean {
  return placeRecords.histories[place]?.images[image]?.sharedAt !== undefined;
}

/** EC2's words (errors as in its API reference) to an account that may not see an image, or not yet. */
const unseen = /InvalidAMIID\.(NotFound|Unavailable)|permission to access the storage/;

/** Only the image that EC2 answers, and home records, is ever published there. */
async function copy(
  { image: id, attempt, reasons }: WriteOf<"copy">,
  image: Image,
  { place, run, isLet }: About & { isLet: boolean },
): Promise<void> {
  const { environment } = run;
  const account = accountOf(environment, place);
  // A permission that was given a moment ago may not be seen everywhere yet: that is no refusal.
  const isNew = place.account !== undefined && !isLet;
  const isEarly = (error: Error) => isNew && unseen.test(`${error.name} ${error.message}`);
  await refusable({ id, of: "copy", reasons, isEarly }, { place, run }, async () => {
    if (place.account !== undefined) {
      await keep(run, shareRecord("shares", id, place.name), reasons);
      await letCopy(id, account);
    }
    const there = { place, stage: environment.STAGE, from: homeRegion(environment), attempt };
    const answered = await startCopy(changing(environment, place).ec2, image, there);
    await keep(run, copyRecord(id, place.name, answered), reasons);
  });
}

async function share({ image: id, reasons }: WriteOf<"share">, { place, run }: About): Promise<void> {
  await refusable({ id, of: "share", reasons }, { place, run }, async () => {
    // Before, so that what may be shared is known to be, even if the run ends in between.
    await keep(run, shareRecord("shares", id, place.name), reasons);
    await shareImage(id, accountOf(run.environment, place));
  });
}

async function refusable(
  {
    id,
    of,
    reasons,
    isEarly,
  }: { id: string; of: "copy" | "share"; reasons: string[]; isEarly?: (error: Error) => boolean },
  { place, run }: About,
  ask: () => Promise<void>,
): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (isRefusal(error) && !isEarly?.(error))
      await keep(run, placeRefusalRecord(id, place.name, of, `${error.name}: ${error.message}`), reasons);
    throw error;
  }
}

/** Recorded before EC2 is asked, so that what it made is ours even if the run ends in between. */
async function changeFastLaunch(
  { id, enable, reasons }: WriteOf<"fast-launch-there">,
  { place, run }: About,
): Promise<void> {
  const there = changing(run.environment, place);
  if (enable) await keep(run, placeFastLaunchRecord(id, place.name), reasons);
  try {
    await (enable ? enableFastLaunch(there, id, run.world.configuration) : disableFastLaunch(there, id));
  } catch (error) {
    const words = `${(error as Error).name}: ${(error as Error).message}`;
    if (isRefusal(error))
      await keep(run, placeFastLaunchRefusalRecord(id, place.name, enable ? "enable" : "disable", words), reasons);
    throw error;
  }
}

async function publish(
  { image, id, variant, channel, reasons }: WriteOf<"publish-there">,
  isFirst: boolean,
  { place, run }: About,
): Promise<boolean> {
  await keep(run, placeWriteRecord(image, place.name, channel), reasons);
  await turnToWriteChannel();
  return writeChannel(run.environment, variant, channel, id, isFirst, changing(run.environment, place));
}

async function keep({ environment, clock }: Run, key: string, reasons: readonly string[]): Promise<void> {
  await writeRecord(environment.BUCKET, key, recordBody("reconcile", clock(), reasons.join("; ")));
}
