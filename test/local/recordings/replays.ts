import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { documentNames, type Request, type ScriptRun } from "../../../local/recordings/record.ts";
import { readRecordings } from "../../../local/recordings/recording.ts";
import { replayedWindows } from "../../../local/recordings/replayed-windows.ts";
import type { Network } from "../../../local/winrm/network.ts";
import type { Windows } from "../../../local/winrm/windows.ts";

export const packerDir = fileURLToPath(new URL("../../../packer", import.meta.url));
export const versions = JSON.parse(readFileSync(`${packerDir}/versions.json`, "utf8"));
export const eksImage = "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14";
export const plainImage = "Windows_Server-2022-English-Full-Base-2026.10.14";

export type Settings = Record<string, string>;

/** Settings as the templates give them, each with a value that occurs nowhere else. */
export const settings = {
  WINDOWS: "2025",
  EDITION: "Core",
  KUBERNETES_VERSION: "1.36.4",
  KUBERNETES_RELEASE_URL: "https://releases.example",
  CONTAINER_IMAGES: '["registry.example/app:7"]',
  REGISTRY_MIRRORS: '{"quay.io":["https://mirror.example"]}',
  DENIED_UPDATES: '["KB5041111"]',
  PATCH_TUESDAY: "2027-01-12",
  BASE_RELEASED: "2026-12-03",
  HARVEST_URL: "s3://store/harvest/ami-7",
  HARVEST_RECIPE: "c".repeat(64),
};

/** What the clock of every machine shows. */
export const now = () => new Date("2026-12-01T10:00:00Z");

/** A network that holds what is put there, and everything of the release host. It writes down what is asked. */
export function network(): Network & { objects: Map<string, Buffer>; requests: Request[] } {
  const objects = new Map<string, Buffer>();
  const requests: Request[] = [];
  return {
    objects,
    requests,
    download: async (url) => {
      requests.push({ method: "GET", url, outcome: 200 });
      const content = url.startsWith("https://releases.example") ? Buffer.from(url) : objects.get(url);
      if (!content) throw new Error("aws.exe exited with 254: An error occurred (NoSuchKey) when calling GetObject");
      return content;
    },
    upload: async (url, content) => {
      requests.push({ method: "PUT", url, outcome: 200 });
      objects.set(url, content);
    },
    close: () => {},
  };
}

/** A Windows that has just started from AWS's public image of this name. */
export async function started(imageName: string, reached: Network = network()): Promise<Windows> {
  const userData = readFileSync(`${packerDir}/scripts/00-communicator.ps1`, "utf8");
  const windows = await replayedWindows(imageName, { userData, packerDir, network: reached, print: () => {}, now });
  await windows.start("boot");
  for (const work of ["C:/eks-windows-images", "C:/eks-windows-images-proof"])
    windows.files.write(`${work}/versions.json`, readFileSync(`${packerDir}/versions.json`));
  return windows;
}

export function run(windows: Windows, step: string, given: Settings = {}) {
  const environment = { WORK_DIRECTORY: "C:/eks-windows-images", ...given };
  return windows.run({ step, environment, path: "", elevated: null, commandLine: "" });
}

/** Replays every script of a recording, as often as it ran, and returns what the scripts did. */
export async function replay(
  windows: Windows,
  reached: ReturnType<typeof network>,
  name: string,
  given: Settings,
): Promise<ScriptRun[]> {
  const steps = Object.entries(readRecordings()[name] ?? {}).flatMap(([step, runs]) => runs.map(() => step));
  const done: ScriptRun[] = [];
  for (const script of steps) {
    const before = documents(windows);
    const first = reached.requests.length;
    const output = await run(windows, script, given);
    const written = Object.entries(documents(windows)).filter(([path, text]) => before[path] !== text);
    done.push({
      script,
      settings: given,
      versions,
      ...output,
      files: Object.fromEntries(written),
      requests: reached.requests.slice(first),
      shutsDown: script === "90-sysprep" && (await windows.leave()),
    });
  }
  return done;
}

function documents({ files }: Windows): Settings {
  const paths = files.paths().filter((path) => documentNames.some((name) => path.endsWith(name.replace("/", "\\"))));
  return Object.fromEntries(paths.map((path) => [path.replaceAll("\\", "/"), files.read(path)?.toString() ?? ""]));
}
