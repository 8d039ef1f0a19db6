import { recordsPrefix } from "../../functions/domain/records.ts";
import { tagOf } from "./images.ts";
import { begin, end } from "./ledger.ts";
import type { Simulation } from "./simulation.ts";

/** Notes from when to when an image is really revoked: by its tag, or by a record that none takes back. */
export function noteRevocations(s: Simulation, image: string): void {
  if (isRevokedIn(s, image)) begin(s.ledger.revoked, image, s.now());
  else end(s.ledger.revoked, image, s.now());
}

/** Whether the image is revoked now, as far as anything shows it. */
export function isRevokedIn({ account }: Simulation, image: string): boolean {
  const known = account.images.get(image);
  if (known && tagOf(known, "revoked") !== undefined) return true;
  const place = `${recordsPrefix}revocations/${image}/`;
  return [...account.objects].some(([key, { at }]) => {
    if (!key.startsWith(place)) return false;
    const back = account.objects.get(`${recordsPrefix}unrevocations/${image}/${key.slice(place.length)}`);
    return !back || back.at.getTime() < at.getTime();
  });
}

const pausesPrefix = `${recordsPrefix}pauses/`;
const holdsPrefix = `${recordsPrefix}holds/`;

/** Notes from when to when what is really paused or held. */
export function notePauses(s: Simulation): void {
  const paused = [...s.account.objects.keys()].flatMap((key) => {
    if (key.startsWith(holdsPrefix)) return [holdOf(key.slice(holdsPrefix.length))];
    return key.startsWith(pausesPrefix) ? [key.slice(pausesPrefix.length).replace("_everything", "*")] : [];
  });
  for (const scope of paused) begin(s.ledger.paused, scope, s.now());
  for (const scope of s.ledger.paused.keys()) if (!paused.includes(scope)) end(s.ledger.paused, scope, s.now());
}

/** A hold of a fleet among the pauses. */
export function holdOf(fleet: string): string {
  return `fleet ${fleet}`;
}
