/** What happened to one machine, in order. Tests assert on it. */
export type Transcript = {
  instanceId: string;
  address: string;
  imageId: string;
  tags: Record<string, string>;
  userData: string;
  /** Every command line that Packer sent, in order. */
  commandLines: string[];
  entries: Entry[];
};

export type Entry = { at: string } & (
  | { kind: "boot" }
  | { kind: "upload"; path: string; bytes: Buffer; text: string }
  | ScriptRun
  | { kind: "clean-up"; paths: string[] }
  | { kind: "restart" }
  | { kind: "registry check"; key: string; answer: string }
  | { kind: "echo"; text: string }
  | { kind: "download"; path: string; found: boolean; text: string }
  | { kind: "login refused"; user: string }
  | { kind: "unrecognised"; commandLine: string }
  | { kind: "shutdown"; by: "itself" | "stopped" | "terminated" }
);

/**
 * `step`: the script's file name without `.ps1`; null if the script is not one of the recipe's files.
 * `elevated`: the user that an elevated wrapper runs the script as, else null.
 * `exitCode`: null if the script hangs, the connection breaks or the machine answers garbage.
 */
export type ScriptRun = {
  kind: "script";
  step: string | null;
  path: string;
  elevated: string | null;
  environment: Record<string, string>;
  exitCode: number | null;
  stdout: string;
  stderr: string;
};

/** The steps in order: a script's name, `inline` for a script without one, `restart` where the machine restarted. */
export function stepsOf(transcript: Transcript): string[] {
  return transcript.entries.flatMap((entry) => {
    if (entry.kind === "restart") return ["restart"];
    return entry.kind === "script" ? [entry.step ?? "inline"] : [];
  });
}

/** @throws Error if the step did not run */
export function entriesAfter(transcript: Transcript, step: string): Entry[] {
  const last = transcript.entries.findLastIndex((entry) => entry.kind === "script" && entry.step === step);
  if (last === -1) throw new Error(`reading the transcript of ${transcript.instanceId}: step ${step} did not run`);
  return transcript.entries.slice(last + 1);
}

/** The bytes of every file that was uploaded to the machine, concatenated. */
export function uploadedBytes(transcript: Transcript): Buffer {
  return Buffer.concat(transcript.entries.flatMap((entry) => (entry.kind === "upload" ? [entry.bytes] : [])));
}
