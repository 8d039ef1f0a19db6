import type { Environment } from "../config/environment.ts";
import type { Image } from "../domain/images.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import type { WriteAction } from "../domain/plan.ts";
import type { ConfirmAction } from "../domain/publishing/actions.ts";
import { toRecord } from "../domain/publishing/withdrawal.ts";
import { holdingRecord, recordBody, revocationRecord, tagRecord } from "../domain/records.ts";
import { writeChannel } from "../io/channels.ts";
import {
  deprecateImage,
  deregisterImage,
  disableRevoked,
  exemptFromRetention,
  type KeepRecord,
  restoreImage,
  retireImage,
  tagWithRecord,
} from "../io/image-lifecycle.ts";
import { turnToWriteChannel } from "../io/pace.ts";
import { writeRecord } from "../io/records.ts";
import { channelWriteToTag } from "../io/tagged-image.ts";
import { isOvertaken, recheck } from "./recheck.ts";

/** What every action of a run shares. */
export interface Run {
  /** As the plan saw it. */
  world: IndexedWorld;
  environment: Environment;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** Records what a channel held when the world was read. That needs no second look: it was so. */
export async function confirm({ channel, image, reasons }: ConfirmAction, { environment, clock }: Run): Promise<void> {
  const body = recordBody("reconcile", clock(), reasons.join("; "));
  await writeRecord(environment.BUCKET, holdingRecord(image, channel), body);
}

/**
 * Carries out an action that changes a channel or an image, if the recheck decides the same.
 * @returns false if it does not, or if another writer came first
 */
export async function write(action: WriteAction, { world, environment, clock }: Run): Promise<boolean> {
  const now = clock();
  const fresh = await recheck(action, world, environment, now);
  if (!fresh) return false;
  const image = fresh.images.get(action.variant)?.find(({ id }) => id === action.image) as Image;
  const keep = (key: string) =>
    writeRecord(environment.BUCKET, key, recordBody("reconcile", now, action.reasons.join("; ")));
  const keepRecord: KeepRecord = (kind, value, about) => keep(tagRecord(kind, image.id, value, about));
  switch (action.do) {
    case "publish": {
      const { channel, variant, previous } = action;
      const tag = channelWriteToTag({ at: now, previous });
      await tagWithRecord(image.id, `published-${channel}`, tag, (value) => keepRecord("publications", value, channel));
      // Before the last check, so that a writer that waits overwrites nothing that is newer.
      await turnToWriteChannel();
      if (await isOvertaken(action, fresh, environment)) return false;
      return writeChannel(environment, variant, channel, image.id, fresh.channels[variant]?.[channel] === undefined);
    }
    case "record":
      for (const { hash } of toRecord(fresh, image)) await keep(revocationRecord("revocations", image.id, hash));
      return true;
    case "deprecate":
      await deprecateImage(image, now, keepRecord);
      return true;
    case "disable":
      if (action.because === "revoked") await disableRevoked(image, now, keepRecord);
      else await retireImage(image, clock, keepRecord);
      return true;
    case "restore":
      await restoreImage(image, now, keepRecord);
      return true;
    case "release":
      await exemptFromRetention(image.id, now, keepRecord);
      return true;
    case "deregister":
      await deregisterImage(image.id);
      return true;
  }
}
