import type { ChannelName } from "../functions/config/channel-names.ts";
import type { Purpose } from "../functions/domain/build-orders.ts";
import type { FleetAction } from "../functions/domain/fleets/actions.ts";
import { decideFleets, type FleetDecision } from "../functions/domain/fleets/decide.ts";
import { indexWorld } from "../functions/domain/indexed-world.ts";
import type { Notification, NotificationOf } from "../functions/domain/notifications/due.ts";
import { type Action, plan } from "../functions/domain/plan.ts";
import { type Retention, retention } from "../functions/domain/publishing/retention.ts";
import { stateOf } from "../functions/domain/variant-state.ts";
import type { World } from "../functions/domain/world.ts";
import { core, present, variantNamed } from "./world.ts";

/** The one answer about building that each variant gets. */
type AboutBuilding = Extract<Action, { do: Purpose | "wait" | "nothing" }>;

/** What the plan says about a world, variant by variant. */
export function answersOf(world: World) {
  const answers = {
    /** @throws Error if the variant is neither configured nor left over */
    actions(variant = core): Action[] {
      const traces = [...world.configuration.variants.map(({ name }) => name), ...Object.keys(world.channels)];
      const images = world.images.map((image) => image.variant);
      present(
        [...traces, ...images].find((name) => name === variant),
        `no variant ${variant}`,
      );
      return plan(world).filter((action) => action.variant === variant);
    },
    /** The one action that concerns building. */
    building(variant = core) {
      const answered = answers.actions(variant).flatMap((one): AboutBuilding[] => {
        if (one.do === "wait") return one.for === "build" ? [one] : [];
        return one.do === "build" || one.do === "prove" || one.do === "harvest" || one.do === "nothing" ? [one] : [];
      });
      if (answered.length !== 1 || !answered[0])
        throw new Error(`expected one decision about building, got ${answered.length}`);
      return answered[0];
    },
    /** The image that each channel should receive. */
    publications(variant = core): Record<string, string> {
      return Object.fromEntries(
        answers.actions(variant).flatMap((one) => (one.do === "publish" ? [[one.channel, one.image]] : [])),
      );
    },
    /** What a channel waits for. */
    waiting(channel: ChannelName, variant = core) {
      return answers.actions(variant).find((one) => one.do === "wait" && one.for === channel);
    },
    /** The due notifications of one kind. */
    notifications<Kind extends Notification["kind"]>(kind: Kind, variant = core): NotificationOf<Kind>[] {
      return answers
        .actions(variant)
        .flatMap((one) =>
          one.do === "announce" && one.notification.kind === kind ? [one.notification as NotificationOf<Kind>] : [],
        );
    },
    /** What retention decides about each image, newest first. */
    retention(variant = core): Retention[] {
      const indexed = indexWorld(world);
      return retention(indexed, stateOf(indexed, variantNamed(world, variant)));
    },
    /** What becomes of a fleet. */
    fleetDecision(name: string): FleetDecision {
      return present(
        decideFleets(indexWorld(world)).find(({ state }) => state.fleet.name === name),
        `no fleet ${name}`,
      );
    },
    /** What the plan does to a fleet, or waits for, in a word each; `arrive` and `wait` write nothing to it. */
    fleetActions(name: string): FleetAction[] {
      return plan(world).flatMap((one) => ("fleet" in one && one.fleet === name ? [one] : []));
    },
    /** The keys of all due notifications. */
    notificationKeys(variant = core): string[] {
      return answers.actions(variant).flatMap((one) => (one.do === "announce" ? [one.notification.key] : []));
    },
  };
  return answers;
}
