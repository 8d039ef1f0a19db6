import { z } from "zod";

/** Text that holds JSON, as what it says; anything else is an issue of the schema, never an exception. */
export const JsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("not JSON");
    return z.NEVER;
  }
});
