import type { Configuration } from "../../functions/config/configuration.ts";
import type { Findings, Line } from "./lines.ts";
import type { Site } from "./site.ts";

/** One group of lines. It reads what it needs and judges it; it changes nothing. */
export interface Check {
  /** For `--json` and as the heading. */
  name: string;
  /** What it looks at, for the one who waits and for the documentation. */
  about: string;
  findings: Findings;
  /** Whether config.ts has anything for it to look at; without it, always. */
  concerns?(configuration: Configuration): boolean;
  /** Whether the local stack's emulators answer what it asks. */
  onLocalStack: boolean;
  /** @throws NotDeployed, or the error of the call that failed */
  run(site: Site): Promise<Line[]>;
}

/** What a check finds out, as `--json` has it. */
export interface Report {
  check: string;
  lines: Line[];
}
