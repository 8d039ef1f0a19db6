import { hash } from "node:crypto";
import type { Versions } from "../../functions/config/versions.ts";
import { windowsBuilds } from "../windows/bases.ts";
import { createFiles } from "../winrm/files.ts";
import type { Output } from "../winrm/soap.ts";
import { scriptsIn } from "../winrm/uploaded-scripts.ts";
import type { Host, ScriptCall, Windows } from "../winrm/windows.ts";
import { type CustomScript, customScriptsIn, reportedCustomScripts, saidOfCustomScripts } from "./custom-scripts.ts";
import { stepFailing } from "./failures.ts";
import { withValues } from "./names.ts";
import { type Json, type RecordedScript, readRecordings, recordedScript } from "./recording.ts";
import { startTime } from "./start-times.ts";
import { FailedTransfer, transfer } from "./transfers.ts";
import { type Builds, type Values, valuesOf } from "./values.ts";

/**
 * What an image keeps of the machine that it is made from. `origin`: the name of AWS's public image that the machine's
 * first image is.
 */
type Image = { origin: string; values: Values; generalized: boolean };

/**
 * A Windows that runs no script: it replays what recorded runs of the scripts printed, wrote and transferred, with the
 * values of its own build. Transfers are made for real. Custom scripts do nothing, but output and report name them.
 */
export async function replayedWindows(imageName: string, host: Host): Promise<Windows> {
  return replayed({ origin: imageName, values: { texts: {}, lists: {} }, generalized: true }, host);
}

function replayed({ origin, ...image }: Image, { userData, packerDir, network, now }: Host): Windows {
  const files = createFiles();
  const recordings = readRecordings();
  const runs = new Map<string, number>();
  let { values, generalized } = image;
  let opensWinRm = !generalized;
  let shutsDown = false;
  let started = { at: now(), pace: 1 };

  async function run({ step, environment }: ScriptCall): Promise<Output> {
    const before = runs.get(step) ?? 0;
    runs.set(step, before + 1);
    const own = recordings[environment.RECIPE_KIND ?? ""] ?? {};
    const recorded = recordedScript([own, ...Object.values(recordings)], step, before);
    if (!recorded) return { exitCode: 0, stdout: `${step} is done.\r\n`, stderr: "" };
    values = merged(values, valuesOf(environment, versionsIn(environment), buildsOf(environment)));
    try {
      return await replay(recorded, customScriptsIn(files, environment.WORK_DIRECTORY ?? ""));
    } catch (error) {
      if (!(error instanceof FailedTransfer)) throw error;
      return { stdout: "", ...stepFailing(step, error.failureClass, error.message) };
    }
  }

  async function replay(
    { exitCode, stdout = [], stderr = [], ...recorded }: RecordedScript,
    custom: CustomScript[],
  ): Promise<Output> {
    for (const [path, document] of Object.entries(recorded.files ?? {}))
      files.write(path, JSON.stringify(reportedCustomScripts(filled(document), custom)));
    for (const each of recorded.transfers ?? []) await transfer(filled(each), { network, files, contentOf });
    shutsDown ||= recorded.shutsDown ?? false;
    return { exitCode, stdout: text(saidOfCustomScripts(filled(stdout), custom)), stderr: text(filled(stderr)) };
  }

  function filled<Part extends Json>(recorded: Part): Part {
    return withValues(recorded, values.lists, meaningOf) as Part;
  }

  /** @throws Error if nothing says what the value is */
  function meaningOf(name: string): string | number {
    const [, what, path] = /^(sha256|bytes|size) (.+)$/.exec(name) ?? [];
    if (path && what === "size") return sizeOf(path);
    if (path) return what === "bytes" ? contentOf(path).length : (harvested(path) ?? hash("sha256", contentOf(path)));
    const value = startTime(name, started) ?? values.texts[name];
    if (value === undefined) throw new Error(`replaying a script: it was not told its ${name}`);
    return value;
  }

  /** The content of a file that comes from AWS's image is not known: it differs by path and image. */
  function contentOf(path: string): Buffer {
    return files.read(path) ?? Buffer.from(`${path} of ${origin}`);
  }

  /** The SHA-256 that the manifest states that the machine got. */
  function harvested(path: string): string | undefined {
    const manifest = files.read("C:/eks-windows-images/downloads/manifest.json")?.toString("utf8") ?? '{"files":[]}';
    return JSON.parse(manifest).files.find((file: { path: string }) => file.path === path)?.sha256;
  }

  function versionsIn({ WORK_DIRECTORY }: Record<string, string>): Versions {
    return JSON.parse(files.read(`${WORK_DIRECTORY}/versions.json`)?.toString("utf8") ?? '{"artifacts":[]}');
  }

  return {
    files,
    isGeneralized: () => generalized,
    start: async (_why, pace = 1) => {
      started = { at: now(), pace };
      if (generalized) opensWinRm = scriptsIn(userData, packerDir).includes("00-communicator");
      generalized = false;
      return opensWinRm;
    },
    hasRegistryKey: async () => false,
    run,
    leave: async () => {
      generalized ||= shutsDown;
      return shutsDown;
    },
    powerOff: async () => {},
    copy: async (host) => replayed({ origin, values, generalized }, host),
    remove: async () => {},
  };
}

/** The bytes of a folder, up to 16 GiB. They are made up, and the same on every machine. */
function sizeOf(folder: string): number {
  return Number.parseInt(hash("sha256", folder).slice(0, 8), 16) * 4;
}

function buildsOf({ WINDOWS = "" }: Record<string, string>): Builds | undefined {
  const builds: Partial<Record<string, Builds>> = windowsBuilds;
  return builds[WINDOWS];
}

function merged(one: Values, other: Values): Values {
  return { texts: { ...one.texts, ...other.texts }, lists: { ...one.lists, ...other.lists } };
}

function text(lines: string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}
