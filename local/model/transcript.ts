/** What happened to one machine, in order: everything a test may want to assert about a build. */
export type Transcript = {
  instanceId: string;
  address: string;
  imageId: string;
  tags: Record<string, string>;
  userData: string;
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

/** `step` is the script's file name without `.ps1`, null for one that is no file of ours; `exitCode` null while (or if ever) it hangs. */
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

/** The order of the steps: names of scripts, and `restart` where the machine restarted. */
export function stepsOf(transcript: Transcript): string[] {
  return transcript.entries.flatMap((entry) => {
    if (entry.kind === "restart") return ["restart"];
    return entry.kind === "script" ? [entry.step ?? "inline"] : [];
  });
}

export function entriesAfter(transcript: Transcript, step: string): Entry[] {
  const last = transcript.entries.findLastIndex((entry) => entry.kind === "script" && entry.step === step);
  if (last === -1) throw new Error(`reading the transcript of ${transcript.instanceId}: no step ${step}`);
  return transcript.entries.slice(last + 1);
}

/** Every byte that was sent into the machine as a file. */
export function uploadedBytes(transcript: Transcript): Buffer {
  return Buffer.concat(transcript.entries.flatMap((entry) => (entry.kind === "upload" ? [entry.bytes] : [])));
}
