import { stringify } from "yaml";
import { configurationReference } from "./configuration/document.ts";
import { openApi } from "./openapi/document.ts";

/** The documents that are made from schemas, by path. */
export function generated(): Record<string, string> {
  return {
    "docs/configuration.md": configurationReference(),
    "docs/openapi.yaml": stringify(openApi(), { lineWidth: 120, aliasDuplicateObjects: false }),
  };
}
