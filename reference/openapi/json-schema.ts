import * as z from "zod";
import type { DocumentedAnswer } from "./calls.ts";

export type Json = Record<string, unknown>;

const settings = {
  uri: (id: string) => `#/components/schemas/${id}`,
  /** The pattern of a time knows leap years, which says less than `date-time`. */
  override({ jsonSchema }: { jsonSchema: Json }) {
    if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
  },
};

/** A schema as JSON Schema: one with an ID is referred to, any other is written out. */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const id = idOf(schema);
  return id ? { $ref: settings.uri(id) } : withoutMeta(z.toJSONSchema(schema, { ...settings, io }));
}

/**
 * The schemas with an ID that answers have and refer to, by ID.
 * @throws Error if an answer in JSON has a schema without an ID, because then nobody could name its type
 */
export function componentsOf(answers: readonly DocumentedAnswer[]): Record<string, Json> {
  for (const { description, content } of answers)
    if (content["application/json"] && !idOf(content["application/json"]))
      throw new Error(`the schema of the answer "${description}" needs an ID`);
  const { schemas } = z.toJSONSchema(z.globalRegistry, settings);
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutMeta(schema)]));
}

function idOf(schema: z.ZodType): string | undefined {
  return z.globalRegistry.get(schema)?.id;
}

function withoutMeta(schema: object): Json {
  const { $schema: _, $id: __, ...rest } = schema as Json;
  return rest;
}
