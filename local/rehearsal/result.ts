import type { ActResult } from "./act-result.ts";
import type { Permissions } from "./permissions.ts";

/** What a rehearsal ends with; `--json` prints it. */
export interface Rehearsal {
  ok: boolean;
  seconds: number;
  parts: Record<string, string>;
  acts: ActResult[];
  parameters: Record<string, string>;
  /** Null when the rehearsal ended before its calls could be reviewed. */
  permissions: Permissions | null;
  /** The directory of the logs, relative to the working directory; null if there are none. */
  logs: string | null;
  /** Only when `ok` is false. */
  error?: string;
}
