import { z } from "zod";
import type { Clients } from "./clients.ts";

export interface Created {
  id: string;
  /** Outputs besides the inputs, by Pulumi's names. */
  state?: Record<string, unknown>;
}

/** Creates one resource through AWS's API. */
export type Creator = (inputs: Record<string, unknown>, clients: Clients) => Promise<Created>;

/**
 * A creator that knows all inputs it may get: one that it does not know fails by name, so that nothing the program asks for is silently
 * left out here.
 */
export function creator<Shape extends z.ZodRawShape>(
  shape: Shape,
  create: (inputs: z.infer<z.ZodObject<Shape, z.core.$strict>>, clients: Clients) => Promise<Created>,
): Creator {
  const Inputs = z.strictObject(shape);
  return async (inputs, clients) => {
    const result = Inputs.safeParse(inputs);
    if (!result.success) throw new Error(`reading its inputs: ${z.prettifyError(result.error)}`);
    return create(result.data, clients);
  };
}
