import { z } from "zod";

const Channel = z.object({ image: z.string().nullable(), outlook: z.string() });

/** The part of `GET /` that a few lines show. */
const Status = z.object({
  variants: z.array(
    z.object({
      variant: z.string(),
      paused: z.string().nullable(),
      channels: z.record(z.string(), Channel),
      running: z.object({ purpose: z.string(), phase: z.string() }).nullable(),
      nextBuild: z.object({ reasons: z.array(z.string()) }),
    }),
  ),
});

/** What the channels of each variant hold and what comes next, as lines. */
export function overviewOf(status: unknown): string[] {
  return Status.parse(status).variants.flatMap(({ variant, paused, channels, running, nextBuild }) => [
    `${variant}${paused ? ` (${paused})` : ""}`,
    ...Object.entries(channels).map(
      ([name, { image, outlook }]) => `  ${name.padEnd(9)}  ${image ? `${image}: ` : ""}${outlook}`,
    ),
    `  ${running ? `${running.purpose.padEnd(9)}  ${running.phase}` : `next       ${nextBuild.reasons.join("; ")}`}`,
  ]);
}
