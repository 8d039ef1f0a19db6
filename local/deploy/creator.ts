import { z } from "zod";
import type { Clients } from "./clients.ts";

export interface Created {
  id: string;
  /** Outputs in addition to the inputs, by Pulumi's names. */
  state?: Record<string, unknown>;
}

/** Creates one resource through AWS's API. */
export type Creator = (inputs: Record<string, unknown>, clients: Clients) => Promise<Created>;

/**
 * A creator with a complete list of inputs. It fails with the name of an unknown input, so that nothing that the
 * program asks for is silently ignored.
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
