import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { recordingOf, type ScriptRun } from "../../../local/recordings/record.ts";
import type { RecordingName } from "../../../local/recordings/recording.ts";
import { type Release, windowsBuilds } from "../../../local/windows/bases.ts";

const folder = fileURLToPath(new URL("../../../local/recordings", import.meta.url));

/** Expects that scripts have done on this Windows what the rehearsal replays. `vitest -u` records anew. */
export async function expectRecorded(name: RecordingName, scripts: ScriptRun[], windows: Release): Promise<void> {
  const recording = `${JSON.stringify(recordingOf(scripts, windowsBuilds[windows]), null, 2)}\n`;
  await expect(recording).toMatchFileSnapshot(join(folder, `${name}.json`));
}
