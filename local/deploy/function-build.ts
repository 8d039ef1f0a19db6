import { z } from "zod";

/** What SST asks its builder for with `Runtime.Build`, as far as it changes the bundle. Settings that nobody heeds here are refused by name. */
export const BuildRequest = z.object({
  /** The function's name in the program, `Reconcile`. */
  functionID: z.string(),
  /** As the program says it, `functions/reconcile.handler`. */
  handler: z.string(),
  bundle: z.never("this builder only bundles itself").optional(),
  isContainer: z.literal(false).optional(),
  properties: z.strictObject({
    architecture: z.string(),
    /** SST minifies unless told otherwise. */
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

/** @throws Error naming the function and what it asks for that is not known here. */
export function parseBuildRequest(input: unknown): BuildRequest {
  const result = BuildRequest.safeParse(input);
  if (result.success) return result.data;
  const { functionID } = input as Partial<BuildRequest>;
  throw new Error(`building the function ${functionID}: ${z.prettifyError(result.error)}`);
}
