import { iso, second } from "../../../functions/config/time.ts";
import type { NotificationOf } from "../../../functions/domain/notifications/due.ts";
import { hour } from "../../world.ts";
import { heldNow } from "../channels.ts";
import { isIn } from "../ledger.ts";
import { parameterOf } from "../people.ts";
import type { Simulation } from "../simulation.ts";

const rule = "no image waits for its start for longer than maxHold";

/** In the quiet days a run comes every half day at least, and the first one may only begin what the next one ends. */
const slack = 26 * hour;

/** Plans to see that a channel has an image that was just proved, or a newer one, once no wait for its start is left. */
export function expectEndOfHold(s: Simulation, image: string | undefined): void {
  const made = s.ledger.made.get(image ?? "");
  const { maxHold } = s.configuration.policies.slowStart;
  if (!s.isQuiet || !made || maxHold === undefined) return;
  s.after(maxHold + slack, `end of the wait for ${made.id}`, () => {
    if (!s.account.images.has(made.id) || isIn(s.ledger.revoked, made.id, s.now())) return;
    const held = heldNow(s, parameterOf(s, made.variant, "candidate"));
    const since = s.ledger.made.get(held ?? "")?.createdAt ?? 0;
    if (since < made.createdAt) s.violate(rule, `${made.id}: ${made.variant}/candidate holds ${held ?? "nothing"}`);
  });
}

/** Nobody is told of a longer wait. S3 counts whole seconds. */
export function checkToldHold(s: Simulation, { image, until, key }: NotificationOf<"slow-start">): undefined {
  const { maxHold } = s.configuration.policies.slowStart;
  const provedAt = s.ledger.made.get(image)?.provedAt ?? 0;
  if (until === undefined) return;
  if (maxHold === undefined || until > provedAt + maxHold + second) s.violate(rule, `${key} until ${iso(until)}`);
}
