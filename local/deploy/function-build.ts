import { z } from "zod";

/**
 * SST's request `Runtime.Build`: the settings that change the bundle. A setting that this builder does not support is
 * refused by name.
 */
export const BuildRequest = z.object({
  /** The function's name in the program, `Reconcile`. */
  functionID: z.string(),
  /** As in the program, `functions/reconcile.handler`. */
  handler: z.string(),
  bundle: z.never("this builder only bundles itself").optional(),
  isContainer: z.literal(false).optional(),
  properties: z.strictObject({
    architecture: z.string(),
    /** SST minifies by default. */
    minify: z.boolean().default(true),
  }),
});
export type BuildRequest = z.infer<typeof BuildRequest>;

export interface FunctionBuild {
  /** As Lambda gets it. */
  handler: string;
  /** The directory to zip. */
  out: string;
  errors: string[];
  sourcemaps: string[];
}

/** @throws Error with the function and the setting that is not supported */
export function parseBuildRequest(input: unknown): BuildRequest {
  const result = BuildRequest.safeParse(input);
  if (result.success) return result.data;
  const { functionID } = input as Partial<BuildRequest>;
  throw new Error(`building the function ${functionID}: ${z.prettifyError(result.error)}`);
}
