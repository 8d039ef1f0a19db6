import type { Fleet } from "../../../functions/config/fleet.ts";
import { closedNow } from "../../../functions/config/rollout-window.ts";
import { runningUpdate } from "../../memory-aws/groups.ts";
import { heldNow } from "../channels.ts";
import { groupOf, nodesOf, startsFrom } from "../fleets.ts";
import { holdOf } from "../interventions.ts";
import { blindFor, blindForPauses, hasBeenIn, isIn } from "../ledger.ts";
import { parameterOf } from "../people.ts";
import type { Run, Simulation } from "../simulation.ts";

/** What a function is about to do to a fleet. */
export interface FleetChange {
  fleet: Fleet;
  /** The image that its nodes get; undefined if a refresh is stopped, or versions of a template are deleted. */
  image: string | undefined;
  /** Whether the nodes follow a parameter that has been written before, in a window. */
  isLater: boolean;
}

export function checkFleetChange(s: Simulation, run: Run, { fleet, image, isLater }: FleetChange): undefined {
  const what = `${image ?? "a change"} for ${fleet.name}`;
  if (fleet.mode === "watch") return s.violate("a watched fleet is never written", what);
  if (hasBeenIn(s.ledger.paused, holdOf(fleet.name), s.now(), blindForPauses(run, 40)))
    s.violate("a held fleet is left alone", what);
  if (image === undefined) return;
  const blind = blindFor(run, fleet.variant, s.now());
  const all = s.ledger.held.get(parameterOf(s, fleet.variant, fleet.channel)) ?? [];
  const until = (index: number) => all[index + 1]?.since ?? s.now();
  if (!all.some((held, index) => held.image === image && until(index) >= s.now() - blind))
    s.violate("no fleet is moved to an image that its channel does not hold", what);
  if (hasBeenIn(s.ledger.revoked, image, s.now(), blind)) s.violate("no fleet gets a revoked image", what);
  const running = fleet.kind === "karpenter" ? undefined : runningUpdate(groupOf(s, fleet));
  if (running && s.now() - running.startedAt.getTime() > blind) s.violate("at most one rollout of a fleet", what);
  if (!isLater) checkTurn(s, fleet, image, blind, what);
}

/** Windows are kept, and the first rollout waits for a person, unless a person wants it now or the fleet goes back. */
function checkTurn(s: Simulation, fleet: Fleet, image: string, blind: number, what: string): undefined {
  const orders = s.ledger.ordered.filter((order) => order.fleet === fleet.name && order.image === image);
  const goesBack = isLeaving(s, fleet, image, blind);
  const rolled = s.ledger.rolled.some((one) => one.fleet === fleet.name);
  if (!rolled && orders.length === 0 && !goesBack) s.violate("the first rollout waits for a person", what);
  if (orders.length > 0 || (goesBack && fleet.rollback === "at once")) return;
  const { after } = fleet;
  const first = after && s.configuration.fleets.find(({ name }) => name === after.fleet);
  const isRinging = first?.alarms.some((alarm) => hasBeenIn(s.ledger.ringing, alarm, s.now(), blind));
  if (isRinging && !goesBack) s.violate("no fleet follows one whose alarm rings", what);
  const isClosed = [0, blind].every((ago) => closedNow(s.now() - ago, fleet.window ?? "always", fleet.blackouts));
  if (isClosed) s.violate("windows are kept", what);
}

/** Whether the fleet runs or starts what no node should start, or something newer than its channel holds. */
function isLeaving(s: Simulation, fleet: Fleet, image: string, blind: number): boolean {
  const used = [startsFrom(s, fleet) ?? "", ...nodesOf(s, fleet.name).map(({ ImageId = "" }) => ImageId)];
  const made = (id: string) => s.ledger.made.get(id)?.createdAt;
  return used.some(
    (id) => id !== image && (isIn(s.ledger.revoked, id, s.now(), blind) || (made(id) ?? 0) > (made(image) ?? Infinity)),
  );
}

/** In the end every fleet that is rolled runs what its channel holds. */
export function checkFleets(s: Simulation): undefined {
  for (const fleet of s.configuration.fleets) {
    if (fleet.mode === "watch") continue;
    const wanted = heldNow(s, parameterOf(s, fleet.variant, fleet.channel));
    const isOrdered = s.ledger.ordered.some((order) => order.fleet === fleet.name && order.image === wanted);
    // Its first rollout waits for a person.
    if (!isOrdered && s.ledger.rolled.every((one) => one.fleet !== fleet.name)) continue;
    const others = nodesOf(s, fleet.name).filter(({ ImageId }) => ImageId !== wanted);
    if (others.length > 0)
      s.violate(
        "every fleet runs what its channel holds in the end",
        `${fleet.name}: ${others.map(({ ImageId }) => ImageId).join(", ")} instead of ${wanted}`,
      );
  }
}
