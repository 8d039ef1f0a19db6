import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory, type Site } from "../../local/tools/cache.ts";
import { hostPath } from "../../local/windows/paths.ts";
import { requiredPowerShell } from "../../local/windows/settings.ts";
import { bareMachine } from "./runs.ts";

/** Title of a group of tests that is skipped without a PowerShell for Windows. */
export const needsWindows = "with WINDOWS_POWERSHELL (skipped without it)";

export const site: Site = { cache: cacheDirectory(), log: () => {} };

/** A machine of a test file's own that has nothing but the model. Paths have slashes and begin below `C:`. */
export type Wine = {
  /** Runs a text in PowerShell and returns what it printed, then its errors, without carriage returns. */
  run: (script: string, environment?: Record<string, string>) => Promise<string>;
  path: (below: string) => string;
  write: (below: string, content: string | Buffer) => void;
  state: () => Record<string, unknown>;
  setState: (state: object) => void;
  close: () => Promise<void>;
};

export async function openWine(): Promise<Wine> {
  const prefix = join(mkdtempSync(join(tmpdir(), "wine-test-")), "prefix");
  const machine = await bareMachine({ site, powershell: requiredPowerShell() }, prefix);
  const write = (below: string, content: string | Buffer) => machine.write(`C:/${below}`, content);
  return {
    write,
    path: (below) => hostPath(prefix, below),
    run: async (script, environment) => {
      const command = `$env:Path = "C:\\model;$env:Path"\n${script}`;
      const { stdout, stderr } = await machine.powershell({ parameters: ["-Command", command], environment });
      return `${stdout}${stderr}`.replaceAll("\r", "").trim();
    },
    state: () => ({ ...machine.state() }),
    setState: (state) => write("windows-model/state.json", JSON.stringify(state)),
    close: machine.remove,
  };
}
