import { AccountLimitExceededException, InvalidInputException, StartBuildCommand } from "@aws-sdk/client-codebuild";
import { minute } from "../config/time.ts";
import type { BuildOrder } from "../domain/build-orders.ts";
import { rememberedFor } from "../domain/starts.ts";
import { codebuild } from "./codebuild-client.ts";

/**
 * How long after reading the world an order may be carried out, in milliseconds: a run that saw no build and orders one
 * once CodeBuild has forgotten the token could start it twice. One minute is deducted for lists that lag.
 */
export const orderLifetime = rememberedFor - minute;

/** The result of an order: the build has started (or was under way already), or the account has no room for it now. */
export type Started = { outcome: "started"; build: string | undefined } | { outcome: "no-room"; why: string };

/** Passes an order to CodeBuild. The same order twice within five minutes is one build. */
export async function startBuild(project: string, order: BuildOrder): Promise<Started> {
  try {
    const { build } = await codebuild.send(
      new StartBuildCommand({
        projectName: project,
        idempotencyToken: order.token,
        environmentVariablesOverride: Object.entries(order.variables).map(([name, value]) => ({
          name,
          value,
          type: "PLAINTEXT",
        })),
      }),
    );
    return { outcome: "started", build: build?.id };
  } catch (error) {
    if (error instanceof AccountLimitExceededException) return { outcome: "no-room", why: error.message };
    // CodeBuild knows the token, and only parameters that are no inputs differ: the build is running.
    if (error instanceof InvalidInputException && /idempotency ?token/i.test(error.message))
      return { outcome: "started", build: undefined };
    throw error;
  }
}
