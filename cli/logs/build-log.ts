/** How far a build is. */
export interface BuildProgress {
  /** CodeBuild's name of the phase that runs, or ran last. */
  phase: string;
  /** The phases that have ended, in order. */
  phases: { phase: string; status: string; seconds: number }[];
  /** How it ended; undefined while it runs. */
  ended?: { ok: boolean; how: string };
}

/** What can be read about one build. */
export interface BuildLog {
  /** The build's ID, or its log's file. */
  name: string;
  progress(): Promise<BuildProgress>;
  /** The lines since the last call. */
  lines(): Promise<string[]>;
}

/** The script that Packer runs, from the line that says so. */
export function stepIn(line: string): string | undefined {
  return /Provisioning with powershell script: \S*?([\w-]+)\.ps1/i.exec(line)?.[1];
}
