import { day } from "../../config/time.ts";
import type { Stock, VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { type BuildFact, buildFacts } from "./build-notifications.ts";
import { abandoned, type ChannelFact, channelFacts } from "./channel-notifications.ts";
import { type ImageFact, imageFacts, revoked, unrevoked } from "./image-notifications.ts";
import type { Told } from "./notification.ts";
import { type SourceFact, sourceFacts } from "./source-notifications.ts";

/** Something that subscribers are told once, read off the world. */
export type Fact = Told<ChannelFact | ImageFact | BuildFact | SourceFact>;

/** A fact of one kind. */
export type FactOf<Kind extends Fact["kind"]> = Extract<Fact, { kind: Kind }>;

/** Facts older than this, in milliseconds, are not announced any more; their records may expire later. */
export const announceWithin = 30 * day;

/** The facts of a variant that subscribers have not been told yet. */
export function dueFacts(world: World, state: VariantState): Fact[] {
  return due(world, [
    ...channelFacts(world, state),
    ...imageFacts(world, state),
    ...buildFacts(world, state),
    ...sourceFacts(world, state),
  ]);
}

/** What subscribers have not been told yet of a variant that is configured no more. */
export function dueFactsOfRemoved(world: World, stock: Stock): Fact[] {
  return due(world, [...revoked(world, stock), ...unrevoked(world, stock), ...abandoned(world, stock)]);
}

function due(world: World, facts: Fact[]): Fact[] {
  return facts.filter(({ key, at }) => !world.announced.has(key) && world.now - at <= announceWithin);
}
