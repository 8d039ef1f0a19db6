import { z } from "zod";
import type { Clients } from "./clients.ts";
import type { CreatedResource } from "./cloud.ts";

export interface Created {
  id: string;
  /** Outputs in addition to the inputs, by Pulumi's names. */
  state?: Record<string, unknown>;
}

/** Creates one resource through AWS's API. */
export type Creator = (inputs: Record<string, unknown>, clients: Clients) => Promise<Created>;

/** Gives a resource of the account other inputs. Resolves with the outputs that these change. */
export type Updater = (
  inputs: Record<string, unknown>,
  clients: Clients,
  earlier: CreatedResource,
) => Promise<Pick<Created, "state">>;

/** Removes a resource from the account. */
export type Remover = (resource: CreatedResource, clients: Clients) => Promise<unknown>;

/**
 * A creator with a complete list of inputs. It fails with the name of an unknown input, so that nothing that the
 * program asks for is silently ignored.
 */
export function creator<Shape extends z.ZodRawShape>(
  shape: Shape,
  create: (inputs: z.infer<z.ZodObject<Shape, z.core.$strict>>, clients: Clients) => Promise<Created>,
): Creator {
  const Inputs = z.strictObject(shape);
  return async (inputs, clients) => create(readInputs(Inputs, inputs), clients);
}

/** An updater with the same list of inputs as the creator of its type. */
export function updater<Shape extends z.ZodRawShape>(
  shape: Shape,
  update: (
    inputs: z.infer<z.ZodObject<Shape, z.core.$strict>>,
    clients: Clients,
    earlier: CreatedResource,
  ) => Promise<Pick<Created, "state">>,
): Updater {
  const Inputs = z.strictObject(shape);
  return async (inputs, clients, earlier) => update(readInputs(Inputs, inputs), clients, earlier);
}

function readInputs<Inputs extends z.ZodObject>(shape: Inputs, inputs: Record<string, unknown>): z.infer<Inputs> {
  const result = shape.safeParse(inputs);
  if (!result.success) throw new Error(`reading its inputs: ${z.prettifyError(result.error)}`);
  return result.data;
}
