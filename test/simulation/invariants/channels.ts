import { minorOf } from "../../../functions/config/kubernetes-versions.ts";
import { minute } from "../../world.ts";
import { heldNow } from "../channels.ts";
import type { Effect } from "../effects.ts";
import { blindFor, blindForPauses, hasBeenIn, isIn } from "../ledger.ts";
import { parameterOf } from "../people.ts";
import type { Run, Simulation } from "../simulation.ts";

type Write = Extract<Effect, { kind: "write" }>;

/** A run looks once more right before it writes (docs/design.md, principle 9), but not at pauses. */
const sincePauses = 20;

/** What was so within this time, in milliseconds, some run may have acted on. */
const wellKnown = 10 * minute;

export function checkWrite(s: Simulation, run: Run, { variant, channel, image }: Write): undefined {
  const name = parameterOf(s, variant, channel);
  const made = s.ledger.made.get(image);
  const what = `${image} to ${variant}/${channel}`;
  const blind = blindFor(run, variant, s.now());
  if (!s.configuration.policies.publish)
    return s.violate("publishing can be switched off", `${what} although policies.publish is false`);
  if (!made) return s.violate("nothing forged is published", `${what}, which no build of this service has made`);
  if (made.variant !== variant) return s.violate("nothing forged is published", `${what}, made for ${made.variant}`);
  if (made.proof !== "passed") return s.violate("nothing unproved is published", `${what}, whose proof ${made.proof}`);
  if (hasBeenIn(s.ledger.revoked, image, s.now(), blind)) return s.violate("nothing revoked is published", what);
  checkDirection(s, name, image, what, blind);
  checkMinor(s, name, image, what);
  if (channel === "stable") checkStable(s, name, image, what);
  const current = heldNow(s, name);
  const isPaused = [variant, "*"].some((scope) =>
    hasBeenIn(s.ledger.paused, scope, s.now(), blindForPauses(run, sincePauses)),
  );
  if (isPaused && !isBad(s, current, blindForPauses(run, sincePauses)))
    s.violate("a pause leaves a channel as it is", what);
  if (!isTold(s, name, image, blind)) s.violate("a channel does not move on untold", what);
}

/** A channel never goes back, unless no node should start what it holds. */
export function checkDirection(s: Simulation, name: string, image: string, what: string, blind = 0): undefined {
  const current = heldNow(s, name);
  if (current === undefined || current === image || isBad(s, current, wellKnown)) return;
  const since = s.ledger.held.get(name)?.at(-1)?.since ?? 0;
  // A write that has landed since the last check is not seen any more.
  if (s.now() - since < blind) return;
  const [now, next] = [createdAt(s, current), createdAt(s, image)];
  if (now !== undefined && next !== undefined && next <= now)
    s.violate("no channel goes back", `${what}, which is not newer than ${current}`);
}

function checkMinor(s: Simulation, name: string, image: string, what: string): undefined {
  const { variant = "", inputs } = s.ledger.made.get(image) ?? {};
  const wanted = s.configuration.variants.find((one) => one.name === variant)?.kubernetes;
  const minor = /^\d+\.\d+/.exec(inputs?.kubernetes ?? "")?.[0];
  if (wanted === undefined || minor === undefined || minor === wanted) return;
  if (minorOf(minor) > minorOf(wanted)) s.violate("no channel takes a newer minor", `${what}: ${minor} for ${wanted}`);
  else if (!hasHeld(s, name, image))
    s.violate("no channel takes an older minor that it has not held", `${what}: ${minor} for ${wanted}`);
}

/** The first image of a channel does not soak, but it needs its approval. What the channel has held needs neither. */
function checkStable(s: Simulation, name: string, image: string, what: string): undefined {
  if (hasHeld(s, name, image)) return;
  const { soak, approval } = s.configuration.policies;
  const provedAt = s.ledger.made.get(image)?.provedAt ?? s.now();
  const held = heldNow(s, name);
  if (held !== undefined && s.now() - provedAt < soak - 1000)
    s.violate(
      "stable takes what has soaked",
      `${what}, proved ${Math.round((s.now() - provedAt) / minute)} minutes ago`,
    );
  if (approval === "manual" && !s.ledger.approved.has(image)) s.violate("stable takes what is approved", what);
}

/** Whether the channel has really held the image. */
function hasHeld(s: Simulation, name: string, image: string): boolean {
  return (s.ledger.held.get(name) ?? []).some((held) => held.image === image);
}

/** Whether no node should start the image, now or within the time in which a run may not know better. */
export function isBad(s: Simulation, image: string | undefined, blind: number): boolean {
  if (image === undefined) return true;
  const known = s.account.images.get(image);
  if (known?.State !== "available") return true;
  if (isIn(s.ledger.revoked, image, s.now(), blind)) return true;
  const { at, state } = s.ledger.states.get(image) ?? { at: 0, state: "available" };
  return state === "available" && s.now() - at < blind;
}

function createdAt({ ledger, account }: Simulation, image: string): number | undefined {
  const known = account.images.get(image)?.CreationDate;
  return ledger.made.get(image)?.createdAt ?? (known === undefined ? undefined : Date.parse(known));
}

/** Whether subscribers have heard of what the channel has held for a while. */
function isTold(s: Simulation, name: string, next: string, blind: number): boolean {
  const all = s.ledger.held.get(name) ?? [];
  const last = all.at(-1);
  if (last?.image === undefined || last.by === "person" || isBad(s, last.image, wellKnown)) return true;
  // A write may land right after the last look. Two writes of one image in a row are one publication.
  if (last.image === next || s.now() - last.since < blind) return true;
  const { since } = all[all.findLastIndex(({ image }) => image !== last.image) + 1] ?? last;
  return s.ledger.announced.some(
    ({ parameter, image, at }) => parameter === name && image === last.image && at >= since,
  );
}
