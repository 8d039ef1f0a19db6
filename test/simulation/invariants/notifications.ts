import type { Notification, NotificationOf } from "../../../functions/domain/notifications/due.ts";
import { hour, minute } from "../../world.ts";
import { isIn } from "../ledger.ts";
import { parameterOf } from "../people.ts";
import type { Run, Simulation } from "../simulation.ts";
import { checkToldHold } from "./slow-starts.ts";

export function checkNotification(s: Simulation, run: Run, notification: Notification): undefined {
  const { key } = notification;
  const before = s.ledger.told.get(key);
  if (before && couldRecord(before)) s.violate("nothing is told twice", key);
  s.ledger.told.set(key, run);
  switch (notification.kind) {
    case "published":
    case "rolled-back":
      return checkPublication(s, notification);
    case "write-rejected":
      return checkRejection(s, notification);
    case "failed": {
      const build = s.ledger.builds.find(({ id }) => id === notification.build);
      const isLost = build?.status === "succeeded";
      if (!isLost && build?.failure !== notification.failure.class)
        s.violate("nothing false is told", `${key}: ${notification.failure.class}, but it ${build?.failure}`);
      return;
    }
    case "revoked":
      if (!isIn(s.ledger.revoked, notification.image, s.now(), hour)) s.violate("nothing false is told", key);
      return;
    case "unrevoked":
      if (isIn(s.ledger.revoked, notification.image, s.now()) && !isFresh(s, notification.image))
        s.violate("nothing false is told", key);
      return;
    case "slow-start":
      return checkToldHold(s, notification);
    case "recovered": {
      const build = s.ledger.builds.find(({ id }) => key.endsWith(id));
      if (build?.status !== "succeeded") s.violate("nothing false is told", key);
    }
  }
}

/** Whoever could not record in time that it has told, tells once more. */
function couldRecord({ overlaps, faults, stood }: Run): boolean {
  return !overlaps && faults.size === 0 && stood.milliseconds === 0;
}

/** The channel holds it, or has within the last minutes; and what is said to be before it was really there. */
function checkPublication(s: Simulation, notification: NotificationOf<"published" | "rolled-back">): undefined {
  const { variant, channel, image, previous, key } = notification;
  const name = parameterOf(s, variant, channel);
  const all = s.ledger.held.get(name) ?? [];
  const index = all.findLastIndex((held) => held.image === image);
  const next = all[index + 1];
  if (index === -1 || (next && s.now() - next.since > 10 * minute)) return s.violate("nothing false is told", key);
  if (previous !== undefined && !all.slice(0, index).some((held) => held.image === previous))
    s.violate("nothing false is told", `${key}: it never held ${previous}`);
  s.ledger.announced.push({ parameter: name, image, at: s.now() });
}

/** Parameter Store has not taken it since the write. */
function checkRejection(
  s: Simulation,
  { variant, channel, image, key, at }: NotificationOf<"write-rejected">,
): undefined {
  const all = s.ledger.held.get(parameterOf(s, variant, channel)) ?? [];
  const writtenAt = at - 5 * minute;
  const taken = all.some(
    (held) => held.image === image && held.since >= writtenAt && held.since < s.now() - 10 * minute,
  );
  const isDeletedSince = all.some((held) => held.image === undefined && held.since >= writtenAt);
  if (taken && !isDeletedSince) s.violate("nothing false is told", `${key}: the channel has taken it`);
}

function isFresh({ ledger, now }: Simulation, image: string): boolean {
  return now() - (ledger.revoked.get(image)?.at(-1)?.from ?? 0) < 5 * minute;
}
