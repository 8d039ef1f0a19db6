import { describeScope, everything } from "../functions/domain/pauses.ts";
import { changeOptions } from "./change.ts";
import { usageError } from "./cli-error.ts";
import type { Program } from "./command.ts";

export { describeScope };

interface Scope {
  variant: string | undefined;
  all: boolean;
}

/** A variant or, with `--all`, everything. */
export function scopeOptions(program: Program) {
  return changeOptions(program)
    .positional("variant", { describe: "The name of a variant", type: "string" })
    .option("all", { describe: "Everything, which is also called *", type: "boolean", default: false });
}

export function scopeOf({ variant, all }: Scope): string {
  if (all && variant !== undefined && variant !== everything) throw usageError(`${variant} or --all, not both`);
  if (all) return everything;
  if (variant === undefined) throw usageError("the variant is missing", "name one, or --all for everything");
  return variant;
}
