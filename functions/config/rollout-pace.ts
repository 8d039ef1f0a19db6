import * as z from "zod";
import { Duration, whole } from "./fields.ts";
import { day } from "./time.ts";

/** The longest delay at a checkpoint, in milliseconds (Auto Scaling API reference, RefreshPreferences). */
const maxCheckpointDelay = 2 * day;

/**
 * How an Auto Scaling group replaces its instances. A node group has settings of its own (`updateConfig`). Limits and
 * meaning are those of RefreshPreferences in the Auto Scaling API reference.
 */
export const RolloutPace = z
  .strictObject({
    /** Percent of the desired capacity that stays in service. 100 launches before it terminates. */
    minHealthy: whole(0, 100).default(100),
    /** Percent of the desired capacity that the group may reach meanwhile. */
    maxHealthy: whole(100, 200).default(110),
    /** Percentages of replaced instances at which the refresh waits for `checkpointDelay`. It ends at the last one. */
    checkpoints: z
      .array(whole(1, 100))
      .max(10, "at most 10")
      .refine(
        (all) => all.every((one, index) => index === 0 || one > (all[index - 1] as number)),
        "percentages in ascending order, each once",
      )
      .refine(
        (all) => all.length === 0 || all.at(-1) === 100,
        "100 as the last one: otherwise instances stay as they are",
      )
      .default([]),
    /** How long the refresh waits at a checkpoint. */
    checkpointDelay: Duration.refine((delay) => delay <= maxCheckpointDelay, "at most 2d").prefault("1h"),
    /** How long a new instance warms up before it counts. Windows nodes take minutes until they are ready. */
    warmup: Duration.prefault("10m"),
  })
  .superRefine(({ minHealthy, maxHealthy }, context) => {
    if (maxHealthy - minHealthy > 100)
      context.addIssue({
        code: "custom",
        path: ["maxHealthy"],
        message: `at most ${minHealthy + 100}: no more than 100 above minHealthy`,
      });
  });
