import { hour, minute } from "../../world.ts";
import { heldNow } from "../channels.ts";
import type { ImageChange } from "../effects.ts";
import { blindFor, hasBeenIn, isIn } from "../ledger.ts";
import type { Run, Simulation } from "../simulation.ts";
import { checkFastLaunchGone } from "./fast-launch.ts";
import { checkTakenAway } from "./places.ts";

export function checkImageChange(s: Simulation, run: Run, change: ImageChange, image: string): undefined {
  const variant = s.ledger.made.get(image)?.variant ?? "*";
  const blind = blindFor(run, variant, s.now());
  const made = s.ledger.made.get(image);
  const what = `${change} of ${image}`;
  if (!made) return s.violate("images of others are left alone", what);
  const isRevoked = isIn(s.ledger.revoked, image, s.now(), blind);
  if (change === "DisableImage" || change === "DeregisterImage")
    checkTakenAway(s, run, { image, accounts: s.account.launchPermissions.get(image) ?? new Set(), words: what });
  switch (change) {
    case "DisableImage":
      if (s.account.images.get(image)?.State === "disabled") return;
      checkFastLaunchGone(s, image, what, blind);
      checkUnheld(s, image, what, blind);
      if (!isRevoked) checkUnused(s, image, what, blind);
      // What a run that stands still no longer knows of the other images.
      if (!isRevoked && blind < 2 * minute) checkAge(s, image, what);
      if (!isRevoked) checkEnabled(s, image, what);
      return;
    case "DeregisterImage":
      checkFastLaunchGone(s, image, what, blind);
      checkUnheld(s, image, what, blind);
      checkUnused(s, image, what, blind);
      return checkGrace(s, image, what, blind);
    case "EnableImageDeprecation":
      if (!isRevoked) s.violate("only what is revoked is withdrawn", what);
      return;
    case "EnableImage":
    case "DisableImageDeprecation":
      if (hasBeenIn(s.ledger.revoked, image, s.now(), blind)) s.violate("what is revoked stays withdrawn", what);
      if (s.ledger.states.get(image)?.by === "person" && change === "EnableImage")
        s.violate("what a person has disabled stays so", what);
  }
}

/** Nobody's channel may hold it. What a person wrote within the last minutes no run can know. */
function checkUnheld(s: Simulation, image: string, what: string, blind: number): undefined {
  for (const [name, all] of s.ledger.held) {
    const last = all.at(-1);
    if (heldNow(s, name) === image && s.now() - (last?.since ?? 0) > blind)
      s.violate("nothing is disabled that a channel holds", `${what}, which ${name} holds`);
  }
}

function checkUnused(s: Simulation, image: string, what: string, blind: number): undefined {
  if (hasBeenIn(s.ledger.used, image, s.now(), blind)) s.violate("nothing is disabled that is used", what);
}

/** A person who enables an image again wants it. The service notices an hour after it has disabled it. */
function checkEnabled({ ledger, now, violate }: Simulation, image: string, what: string): undefined {
  const { at = now(), undoes } = ledger.states.get(image) ?? {};
  if (undoes && now() - at > 6 * hour) violate("what a person has enabled again stays so", what);
}

/** Retention keeps the newest, and what is young. */
function checkAge(s: Simulation, image: string, what: string): undefined {
  const { keep, minAge, unprovedAfter } = s.configuration.policies.retention;
  const { variant, createdAt, proof } = s.ledger.made.get(image) ?? { variant: "", createdAt: 0, proof: undefined };
  const isConfigured = s.configuration.variants.some(({ name }) => name === variant);
  const age = s.now() - createdAt;
  if (age < (proof === "passed" ? minAge : unprovedAfter) - minute)
    s.violate("nothing young is disabled", `${what}, made ${Math.round(age / minute)} minutes ago`);
  const newest = [...s.ledger.made.values()]
    .filter((one) => one.variant === variant && one.proof === "passed" && isGood(s, one.id))
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .slice(0, keep);
  if (isConfigured && newest.some(({ id }) => id === image))
    s.violate("retention keeps the newest", `${what}, one of the newest ${keep}`);
}

/** A disabled image is deregistered only after the whole grace. */
function checkGrace(s: Simulation, image: string, what: string, blind: number): undefined {
  const known = s.account.images.get(image);
  const inputs = (known?.Tags ?? []).filter(({ Key = "" }) => Key.includes(":input:")).length;
  // What a killed build has left has no inputs and no grace.
  if (inputs === 0) return;
  const { grace, deregister } = s.configuration.policies.retention;
  const { at = s.now(), state, by } = s.ledger.states.get(image) ?? {};
  // EC2 deregisters it whatever a person does after the last look.
  if (by === "person" && s.now() - at < blind) return;
  if (known?.State !== "disabled" || state !== "disabled")
    return s.violate("nothing is deregistered that is not disabled", what);
  if (by === "person") s.violate("what a person has disabled stays", what);
  if (s.now() - at < grace - minute) s.violate("nothing is deregistered before its grace", what);
  if (!deregister && s.ledger.made.get(image)?.proof === "passed")
    s.violate("proved images are deregistered only if that is configured", what);
}

/** Whether it may be published, as far as a run may know. */
function isGood({ account, ledger, now }: Simulation, image: string): boolean {
  return account.images.get(image)?.State === "available" && !hasBeenIn(ledger.revoked, image, now(), 10 * minute);
}
