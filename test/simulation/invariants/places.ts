import { copyRecord } from "../../../functions/domain/place-records.ts";
import { recordsPrefix } from "../../../functions/domain/records.ts";
import { day, hour, minute } from "../../world.ts";
import { blindAmongPlaces, blindForPauses, hasBeenIn, isIn } from "../ledger.ts";
import { canStart, configOf, heldThere, isAway, originThere, type SimulatedPlace } from "../places.ts";
import type { Run, Simulation } from "../simulation.ts";

/** What a function is about to do in a place. */
export type PlaceChange = {
  place: SimulatedPlace;
  /** By its ID there; of CopyImage home's. */
  image: string;
} & (
  | { change: "PutParameter"; parameter: string }
  | { change: "CopyImage"; isRepeated: boolean }
  | { change: "DisableImage" | "EnableImage" | "DeregisterImage" }
);

/** A run looks at pauses at most so many calls before it changes a place. */
const sincePauses = 40;

export function checkPlaceChange(s: Simulation, run: Run, what: PlaceChange): undefined {
  const { place, image } = what;
  const origin = what.change === "CopyImage" ? image : originThere(s, place, image);
  const words = `${what.change} of ${image} in ${place.name}`;
  if (origin === undefined) {
    const rule =
      what.change === "PutParameter"
        ? "only recorded copies are published in a place"
        : "images of others are left alone";
    return s.violate(rule, words);
  }
  const blind = blindAmongPlaces(run, s.ledger.made.get(origin)?.variant ?? "*", s.now());
  switch (what.change) {
    case "PutParameter":
      return checkWriteThere(s, run, { ...what, origin, words, blind });
    case "CopyImage":
      if (!what.isRepeated) checkOnce(s, place, image, words);
      if (hasBeenIn(s.ledger.revoked, image, s.now(), blind)) s.violate("nothing revoked is copied", words);
      return;
    case "EnableImage":
      if (isByPerson(place, image, s.now() - blind)) s.violate("what a person has disabled stays so", words);
      return;
    case "DisableImage":
      checkNotStarted(s, place, image, words, blind);
      return checkEnabledThere(s, place, image, words);
    case "DeregisterImage":
      checkNotStarted(s, place, image, words, blind);
      return checkGraceThere(s, place, image, words, blind);
  }
}

interface Judged {
  place: SimulatedPlace;
  image: string;
  parameter: string;
  /** Which of home's images it is. */
  origin: string;
  words: string;
  blind: number;
}

/** Home has recorded the image, its own channel has held it, and home has not revoked it. */
function checkWriteThere(
  s: Simulation,
  run: Run,
  { place, image, parameter, origin, words, blind }: Judged,
): undefined {
  if (!s.configuration.policies.publish) return s.violate("publishing can be switched off", words);
  const { method } = configOf(s, place);
  const record = method === "copy" ? copyRecord(origin, place.name, image) : `shares/${origin}/${place.name}`;
  if (!s.account.objects.has(`${recordsPrefix}${record}`))
    s.violate("only recorded copies are published in a place", words);
  const hasHeld = (s.ledger.held.get(parameter) ?? []).some((held) => held.image === origin);
  if (!hasHeld)
    s.violate("no place's channel gets an image that home's channel never held", `${words} to ${parameter}`);
  if (s.ledger.made.get(origin)?.proof !== "passed") s.violate("nothing unproved is published", words);
  if (hasBeenIn(s.ledger.revoked, origin, s.now(), blind)) s.violate("nothing revoked is published", words);
  const scopes = [s.ledger.made.get(origin)?.variant ?? "", "*"];
  const isPaused = scopes.some((scope) => hasBeenIn(s.ledger.paused, scope, s.now(), blindForPauses(run, sincePauses)));
  if (isPaused && !isBadThere(s, place, heldThere(place, parameter), blind))
    s.violate("a pause leaves a channel as it is", words);
}

/** Whether no node there should start the image, now or within the time in which a run may not know better. */
function isBadThere(s: Simulation, place: SimulatedPlace, id: string | undefined, blind: number): boolean {
  const origin = id && originThere(s, place, id);
  // Whoever pauses does not pause the first write.
  if (id === undefined) return true;
  if (!canStart(place, id)) return true;
  return origin !== undefined && isIn(s.ledger.revoked, origin, s.now(), blind);
}

/** A copy that lives is not made once more, whatever the run that began it has recorded. */
function checkOnce(s: Simulation, { copies, account }: SimulatedPlace, image: string, words: string): undefined {
  const living = [...copies].find(
    ([id, origin]) =>
      origin === image && ["pending", "available", "disabled"].includes(account.images.get(id)?.State ?? ""),
  );
  if (living) s.violate("nothing is copied twice", `${words}, of which there is ${living[0]}`);
}

/** No channel of the place holds it and nothing there uses it, unless it is failed or home has revoked it. */
export function checkNotStarted(
  s: Simulation,
  place: SimulatedPlace,
  image: string,
  words: string,
  blind: number,
): undefined {
  const rule = "nothing is disabled, deregistered or unshared that a place still starts";
  for (const [parameter, held] of place.held) {
    const last = held.at(-1);
    if (last?.image === image && s.now() - last.since > blind) s.violate(rule, `${words}, which ${parameter} holds`);
  }
  const origin = originThere(s, place, image) ?? "";
  const isRevoked = isIn(s.ledger.revoked, origin, s.now(), blind) && !words.startsWith("DeregisterImage");
  if (!isRevoked && hasBeenIn(place.used, image, s.now(), blind)) s.violate(rule, `${words}, which is used there`);
}

/**
 * A person who enables a copy again wants it, unless the image is revoked. The service notices an hour after it has
 * disabled it.
 */
function checkEnabledThere(s: Simulation, place: SimulatedPlace, image: string, words: string): undefined {
  const { at = s.now(), undoes } = place.states.get(image) ?? {};
  if (isIn(s.ledger.revoked, originThere(s, place, image) ?? "", s.now(), 0)) return;
  if (undoes && s.now() - at > 6 * hour) s.violate("what a person has enabled again stays so", words);
}

function checkGraceThere(
  s: Simulation,
  { account, states }: SimulatedPlace,
  image: string,
  words: string,
  blind: number,
): undefined {
  const { State, CreationDate = "" } = account.images.get(image) ?? {};
  const { at = s.now(), by } = states.get(image) ?? {};
  // EC2 deregisters it whatever a person does after the last look.
  if (State === undefined || (by === "person" && s.now() - at < blind)) return;
  if (State === "failed") {
    if (s.now() - Date.parse(CreationDate) < day - minute) s.violate("nothing is deregistered before its grace", words);
    return;
  }
  if (State !== "disabled") return s.violate("nothing is deregistered that is not disabled", words);
  if (by === "person") s.violate("what a person has disabled stays", words);
  const { grace, deregister } = s.configuration.policies.retention;
  if (s.now() - at < grace - minute) s.violate("nothing is deregistered before its grace", words);
  if (!deregister) s.violate("proved images are deregistered only if that is configured", words);
}

function isByPerson({ states }: SimulatedPlace, image: string, before: number): boolean {
  const state = states.get(image);
  return state?.by === "person" && state.state === "disabled" && state.at < before;
}

/**
 * Home takes an image from an account, or disables or deregisters it, which takes it from all. `accounts`: from which.
 */
export function checkTakenAway(
  s: Simulation,
  run: Run,
  { image, accounts, words }: { image: string; accounts: ReadonlySet<string>; words: string },
): undefined {
  const blind = blindAmongPlaces(run, s.ledger.made.get(image)?.variant ?? "*", s.now());
  const has = s.account.launchPermissions.get(image);
  for (const place of s.places.values()) {
    const { id } = place.account;
    if (!accounts.has(id) || !has?.has(id)) continue;
    const needs =
      configOf(s, place).method === "share"
        ? s.account.objects.has(`${recordsPrefix}shares/${image}/${place.name}`)
        : isCopying(place, image);
    if (!needs) continue;
    if (hasBeenIn(place.absences, "away", s.now(), blind) && isAway(place, s.now()))
      s.violate("a place that does not answer is changed by nobody", `${words} for ${place.name}`);
    if (configOf(s, place).method === "share") checkNotStarted(s, place, image, `${words} for ${place.name}`, blind);
    else s.violate("nothing is taken from a copy under way", `${words} for ${place.name}`);
  }
}

function isCopying({ copies, account }: SimulatedPlace, image: string): boolean {
  return [...copies].some(([id, origin]) => origin === image && account.images.get(id)?.State === "pending");
}

/** Other accounts get only what this service has made. */
export function checkGiven(s: Simulation, image: string): undefined {
  if (!s.ledger.made.has(image)) s.violate("images of others are left alone", `sharing ${image}`);
}
