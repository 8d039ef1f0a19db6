import { channelNames } from "./channel-names.ts";
import { channelParameter } from "./channels.ts";
import { describeChange, drift } from "./inputs.ts";
import { type Action, plan } from "./plan.ts";
import { iso } from "./time.ts";
import { stateOf } from "./variant-state.ts";
import type { World } from "./world.ts";

/** The state of all variants as `GET /` answers it. Times are ISO 8601. */
export function statusOf(world: World, channelsPrefix: string) {
  const actions = plan(world);
  return {
    now: iso(world.now),
    stage: world.stage,
    recipe: world.recipe,
    variants: world.configuration.variants.map((variant) => {
      const state = stateOf(world, variant);
      const newest = state.publishable[0];
      const running = state.builds.find(({ status }) => status === "running");
      const failed = state.builds.find(({ status }) => status === "failed");
      return {
        variant: variant.name,
        channels: Object.fromEntries(
          channelNames.map((name) => {
            const channel = world.channels[variant.name]?.[name];
            return [
              name,
              {
                parameter: channelParameter(channelsPrefix, variant.name, name),
                image: channel?.image ?? null,
                since: channel ? iso(channel.writtenAt) : null,
              },
            ];
          }),
        ),
        newestImage: newest?.id ?? null,
        recorded: newest?.inputs ?? null,
        desired: state.desired,
        unknown: state.unknown,
        drift: newest ? drift(newest.inputs, state.desired).map(describeChange) : ["first image of the variant"],
        running: running
          ? {
              build: running.id,
              purpose: running.purpose,
              phase: running.phase,
              since: iso(running.startedAt),
              log: running.log ?? null,
            }
          : null,
        lastFailure: failed
          ? {
              build: failed.id,
              at: iso(failed.endedAt ?? failed.startedAt),
              ...failed.failure,
              log: failed.log ?? null,
            }
          : null,
        next: actions.filter((action) => action.variant === variant.name).map(tell),
      };
    }),
  };
}

/** The plan as `GET /plan` answers it: what the next reconcile would do, and what not, with reasons. */
export function planOf(world: World) {
  return { now: iso(world.now), actions: plan(world).map(tell) };
}

function tell(action: Action) {
  switch (action.do) {
    case "announce":
      return { do: action.do, variant: action.variant, fact: action.fact.key };
    case "build":
    case "prove":
    case "harvest":
      return {
        do: action.do,
        variant: action.variant,
        inputs: action.order.inputs,
        token: action.order.token,
        reasons: action.reasons,
      };
    case "wait":
      return { ...action, until: action.until === undefined ? null : iso(action.until) };
    default:
      return action;
  }
}
