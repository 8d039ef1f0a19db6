import { channelNames } from "../../config/channel-names.ts";
import type { Action } from "../actions.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { promotion } from "./publish.ts";

/** What is to be done, or waited for, about the channels of a variant. */
export function channelActions(world: World, state: VariantState): Action[] {
  const variant = state.variant.name;
  return channelNames.flatMap((channel): Action[] => {
    const next = promotion(world, state, channel);
    if (next.decision === "stay") return [];
    const { leaves, reasons } = next;
    if (next.decision === "wait") return [{ do: "wait", variant, for: channel, until: next.until, reasons }];
    return [{ do: "publish", variant, channel, image: next.image, previous: next.previous, leaves, reasons }];
  });
}
