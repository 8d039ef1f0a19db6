import * as z from "zod";

/** Parses text that holds JSON. Anything else is an issue of the schema, never an exception. */
export const JsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("not JSON");
    return z.NEVER;
  }
});
