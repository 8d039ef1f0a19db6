import { parseConfiguration } from "../../../functions/config/configuration.ts";

/** What a configuration is refused with. */
export function errorFor(input: unknown): string {
  try {
    parseConfiguration(input);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the configuration was accepted");
}
