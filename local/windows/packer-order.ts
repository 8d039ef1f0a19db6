import { readFileSync } from "node:fs";
import { isEqual, mapValues, omitBy, pickBy, uniqWith } from "es-toolkit";
import type { Transcript } from "../winrm/transcript.ts";
import { scriptsIn } from "../winrm/uploaded-scripts.ts";

/** What Packer does to one machine, in order, as one real run of it has shown. */
export type PackerOrder = {
  /** The scripts of the user data, which the first start runs. */
  userData: string[];
  /** The variables that every script gets. */
  settings: Settings;
  actions: Action[];
};

/** Environment variables of scripts. A value that differs from run to run is null. */
export type Settings = Record<string, string | null>;

/**
 * `upload`: a folder or file below `packer/` that arrives in the work directory. `elevated`: the user of the scheduled
 * task that runs the script, null if the Administrator runs it over WinRM. `settings`: variables of this script only.
 */
export type Action =
  | { upload: string }
  | { script: string; elevated: string | null; settings: Settings }
  | { download: string }
  | { restart: true };

export type RunKind = "layer" | "assemble" | "harvest" | "proof" | "first-contact";

const ofOneRun = ["UPLOADS", "KUBERNETES_RELEASE_URL", "HARVEST_URL", "HARVEST_MANIFEST", "HARVEST_RECIPE"];

/** The order of Packer's last recorded run of this kind. */
export function recordedOrder(kind: RunKind): PackerOrder {
  return JSON.parse(readFileSync(new URL(`orders/${kind}.json`, import.meta.url), "utf8"));
}

const appsStep = "85-appx";

/**
 * The order of a build on this edition. The recorded layer was on Core, which has no apps, the recorded assembly on Full:
 * Packer runs the step that removes apps on Full only, before the last one.
 */
export function orderOfBuild(recipe: "layer" | "assemble", edition: "Core" | "Full"): PackerOrder {
  const { actions, ...order } = recordedOrder(recipe);
  const others = actions.filter((action) => scriptOf(action) !== appsStep);
  if (edition === "Core") return { ...order, actions: others };
  const apps = recordedOrder("assemble").actions.filter((action) => scriptOf(action) === appsStep);
  return { ...order, actions: others.toSpliced(-1, 0, ...apps) };
}

/** The script that an action runs; undefined if it runs none. */
export function scriptOf(action: Action): string | undefined {
  return "script" in action ? action.script : undefined;
}

/** What Packer has done to the machine of this transcript, with the scripts below `packerDir`. */
export function orderOf({ entries, userData }: Transcript, packerDir: string): PackerOrder {
  const scripts = entries.flatMap((entry) => (entry.kind === "script" && entry.step ? [entry] : []));
  const settings = pickBy(scripts[0]?.environment ?? {}, (_value, name) =>
    scripts.every(({ environment }) => name in environment),
  ) as Record<string, string>;
  const work = settings.WORK_DIRECTORY ?? "";
  const actions = entries.flatMap((entry): Action[] => {
    if (entry.kind === "restart") return [{ restart: true }];
    if (entry.kind === "download") return [{ download: below(work, entry.path) }];
    if (entry.kind === "upload" && isBelow(work, entry.path)) return [{ upload: topOf(below(work, entry.path)) }];
    if (entry.kind !== "script" || !entry.step) return [];
    const own = omitBy(entry.environment, (_value, name) => name in settings) as Record<string, string>;
    return [{ script: entry.step, elevated: entry.elevated, settings: lasting(own) }];
  });
  return {
    userData: scriptsIn(userData, packerDir),
    settings: lasting(settings),
    actions: withoutRepeatedUploads(actions),
  };
}

function lasting(settings: Record<string, string>): Settings {
  return mapValues(settings, (value, name) => (ofOneRun.includes(name) ? null : value));
}

function withoutRepeatedUploads(actions: Action[]): Action[] {
  const isUpload = (action: Action) => "upload" in action;
  return uniqWith(
    actions.map((action, index) => ({ action, index })),
    (one, other) => isUpload(one.action) && isEqual(one.action, other.action),
  ).map(({ action }) => action);
}

function topOf(path: string): string {
  return path.split("/")[0] ?? "";
}

function isBelow(folder: string, path: string): boolean {
  return comparable(path).startsWith(`${comparable(folder)}/`);
}

function below(folder: string, path: string): string {
  return path.slice(folder.length + 1).replaceAll("\\", "/");
}

function comparable(path: string): string {
  return path.replaceAll("\\", "/").toLowerCase();
}
