import { z } from "zod";
import type { Stage } from "./stage.ts";

const Channel = z.object({ image: z.string().nullable(), waitsUntil: z.string().nullable(), outlook: z.string() });

const Status = z.object({
  variants: z.array(
    z.object({
      variant: z.string(),
      channels: z.object({ candidate: Channel, stable: Channel }),
      nextBuild: z.object({ at: z.string().nullable(), reasons: z.array(z.string()) }),
      images: z.array(
        z.object({
          image: z.string(),
          unrecorded: z.array(z.string()),
          soakedAt: z.string().nullable(),
          revoked: z.object({ reason: z.string() }).nullable(),
          keptOutOfStableBy: z.array(z.string()),
          retention: z.object({ decision: z.string(), reasons: z.array(z.string()) }),
          startSeconds: z.number().nullable(),
          slowStart: z.string().nullable(),
          fastLaunch: z.object({ state: z.string() }).nullable(),
        }),
      ),
    }),
  ),
});
export type VariantStatus = z.infer<typeof Status>["variants"][number];

/** What `GET /` reports about the first variant, with the newest image first. */
export async function statusOf(stage: Stage, signal: AbortSignal): Promise<VariantStatus> {
  const [first] = Status.parse(await stage.get("/", signal)).variants;
  if (!first) throw new Error("the status has no variant");
  return first;
}
