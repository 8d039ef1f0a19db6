import * as z from "zod";
import { channelNames } from "../../../functions/config/channel-names.ts";
import { fleetKinds } from "../../../functions/config/fleet.ts";
import { pauseFields, Reasons, Time } from "./common.ts";

const states = [
  "current",
  "running",
  "wait",
  "refused",
  "held",
  "moved",
  "failed",
  "roll",
  "point",
  "refresh",
  "cancel",
] as const;

const NodesOfImage = z
  .strictObject({ image: z.string(), count: z.int(), oldest: Time.describe("Since when the oldest of them runs.") })
  .meta({ id: "NodesOfImage" });

const Rollout = z
  .strictObject({
    image: z.string().nullable().describe("Null if somebody else has begun it."),
    since: Time,
    stuck: z.boolean().describe("Whether it takes longer than stuckAfter."),
    update: z.string().nullable().describe("The ID of EKS's update or of the instance refresh."),
    detail: z.string().nullable().describe("In AWS's words."),
  })
  .meta({ id: "Rollout" });

const LastRollout = z
  .strictObject({
    at: Time,
    image: z.string(),
    from: z.string().describe("What new nodes started from before; none if that was unknown."),
    refused: z.string().nullable().describe("AWS's words if it refused to begin."),
  })
  .meta({ id: "LastRollout" });

const Health = z
  .strictObject({
    healthy: z.boolean(),
    since: Time.nullable().describe("At least since then, as far as its alarms tell; null without alarms."),
    reasons: Reasons,
  })
  .meta({ id: "Health" });

export const FleetStatus = z
  .strictObject({
    fleet: z.string(),
    variant: z.string(),
    channel: z.enum(channelNames),
    place: z.string().nullable().describe("The place that its group is in; null for home."),
    kind: z.enum(fleetKinds),
    cluster: z.string().nullable(),
    group: z.string(),
    mode: z.enum(["watch", "roll"]),
    desired: z.string().nullable().describe("What the channel holds, by the ID that the image has where the fleet is."),
    starts: z.string().nullable().describe("What a new node starts from."),
    parameter: z.string().nullable().describe("The parameter that decides that; null if a template names an image."),
    nodes: z.array(NodesOfImage).nullable(),
    nodesBehind: z.int().nullable(),
    behindSince: Time.nullable().describe("At least since then; null if no node is behind."),
    bad: z
      .array(z.strictObject({ image: z.string(), why: z.string() }))
      .describe("What its nodes run or would start and none should."),
    state: z.enum(states).describe("What the service decides about it now."),
    reasons: Reasons,
    until: Time.nullable().describe("When what it waits for passes without a person."),
    back: z.string().nullable().describe("Why it goes back to an older image; null if it does not."),
    rollout: Rollout.nullable(),
    lastRollout: LastRollout.nullable(),
    health: Health,
    hold: z.strictObject(pauseFields).nullable(),
  })
  .meta({ id: "Fleet", description: "What is unknown is null." });
