import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import type { Place } from "../../functions/config/place.ts";
import { emptyAccount, ownerId, ownRegion } from "../memory-aws/account.ts";
import { sharedImages } from "../memory-aws/permissions.ts";
import type { Random } from "../random.ts";
import { minute } from "../world.ts";
import type { Where } from "./clients.ts";
import { Journal } from "./journal.ts";
import { type Held, isIn, type Span, type StateChange } from "./ledger.ts";
import type { SimulatedAccount, Simulation } from "./simulation.ts";

/** One Region of one account besides the one that builds, and what is really so there. */
export interface SimulatedPlace {
  name: string;
  account: SimulatedAccount;
  /** By parameter. The last one is what the channel holds. */
  held: Map<string, Held[]>;
  /** Home's image by the ID of each copy that the service has asked for. */
  copies: Map<string, string>;
  /** By image: since when it can be started here. */
  ready: Map<string, number>;
  /** By image: something here uses it. */
  used: Map<string, Span[]>;
  /** When a copy was last really disabled or enabled, and by whom. */
  states: Map<string, StateChange>;
  /** Of `away`: it does not answer. */
  absences: Map<"away", Span[]>;
  /** Whether it refuses every call while it is away, because its role is gone. Otherwise no answer comes. */
  refuses: boolean;
  /** By parameter: when the service last wrote it. */
  written: Map<string, number>;
  /** By parameter: what it holds that home has revoked, and how many runs have left it so. */
  overdue: Map<string, { image: string; runs: number }>;
}

const others = ["210987654321", "310987654321"] as const;

/** Places of each kind; in some histories, which seeds of others do not notice. */
export function firstPlaces(random: Random, seed: number): NonNullable<ConfigurationInput["places"]> {
  if (![1, 5, 7, 8].includes(seed % 11)) return [];
  const channels = () => random.pick([["stable" as const], ["candidate" as const, "stable" as const]]);
  const roleIn = (account: string) => ({ account, roleArn: `arn:aws:iam::${account}:role/place-s${seed}` });
  return [
    { name: "dublin", region: "eu-west-1", method: "copy", channels: channels() },
    { name: "partner", region: ownRegion, method: "share", channels: channels(), ...roleIn(others[0]) },
    {
      name: "partner-dublin",
      region: "eu-west-1",
      method: "copy",
      channels: channels(),
      ...roleIn(random.pick(others)),
    },
  ];
}

/** How long EC2 may show an earlier state, in milliseconds. */
const remembered = 2 * minute;

/** Empty accounts for a history's places, in one world with home's. */
export function addPlaces(s: Simulation): void {
  for (const { name, region, account: id = ownerId } of s.configuration.places) {
    const journals = { images: new Journal(s.now, remembered), fastLaunches: new Journal(s.now, remembered) };
    const account = Object.assign(emptyAccount({ id, region, now: s.now }), journals) as SimulatedAccount;
    s.places.set(name, {
      name,
      account,
      held: new Map(),
      copies: new Map(),
      ready: new Map(),
      used: new Map(),
      states: new Map(),
      absences: new Map(),
      refuses: false,
      written: new Map(),
      overdue: new Map(),
    });
  }
  const world = [s.account, ...[...s.places.values()].map(({ account }) => account)];
  for (const account of world) account.world = world;
}

/** @returns undefined at home */
export function placeAt({ places, account }: Simulation, where: Where): SimulatedPlace | undefined {
  if (where.account === account.id && where.region === account.region) return undefined;
  const found = [...places.values()].find(
    ({ account: { id, region } }) => id === where.account && region === where.region,
  );
  if (!found) throw new Error(`no place is in ${where.region} of ${where.account}`);
  return found;
}

export function configOf({ configuration }: Pick<Simulation, "configuration">, { name }: SimulatedPlace): Place {
  return configuration.places.find((place) => place.name === name) as Place;
}

export function isAway({ absences }: SimulatedPlace, now: number, within = 0): boolean {
  return isIn(absences, "away", now, within);
}

/** Which of home's images this is there; undefined for any other image. */
export function originThere(s: Simulation, place: SimulatedPlace, id: string): string | undefined {
  if (configOf(s, place).method === "copy") return place.copies.get(id);
  return s.ledger.made.has(id) ? id : undefined;
}

/** Whether the place can start the image now. */
export function canStart({ account }: SimulatedPlace, id: string): boolean {
  return (account.images.get(id) ?? sharedImages(account).get(id))?.State === "available";
}

/** What a channel of the place really holds. */
export function heldThere({ held }: SimulatedPlace, parameter: string): string | undefined {
  return held.get(parameter)?.at(-1)?.image;
}
