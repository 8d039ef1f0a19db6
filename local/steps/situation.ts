import type { Response } from "../model/behaviour.ts";
import { fullPath } from "../model/files.ts";
import type { Machine } from "../model/machine.ts";
import type { Network } from "../model/network.ts";

/** Where and with what a step runs. */
export type Situation = {
  machine: Machine;
  /** The step's environment. */
  settings: Settings;
  network: Network;
  packerDir: string;
};

export type Settings = Record<string, string>;

/** What a step does, from what is on the machine; it fails by throwing. */
export type Take = (situation: Situation) => Partial<Response> | Promise<Partial<Response>>;

/** @throws Error as the recipe's module does */
export function setting({ settings }: Situation, name: string): string {
  const value = settings[name];
  if (!value) throw new Error(`The environment variable ${name} is missing.`);
  return value;
}

export function list(situation: Situation, name: string): string[] {
  return JSON.parse(setting(situation, name));
}

export function map<Value>(situation: Situation, name: string): Record<string, Value> {
  return JSON.parse(setting(situation, name));
}

/** In the build's own directory, which is gone before the image is made. */
export function workPath(situation: Situation, path: string): string {
  return `${setting(situation, "WORK_DIRECTORY")}/${path}`;
}

/** What an earlier step left there. */
export function saved<Document>(situation: Situation, name: string): Document {
  return readJson(situation, workPath(situation, `output/${name}.json`));
}

/** @throws Error as .NET says it when the file is not there */
export function readJson<Document>({ machine }: Situation, path: string): Document {
  const content = machine.files.read(path);
  if (!content) throw new Error(`Could not find file '${fullPath(path)}'.`);
  return JSON.parse(content.toString("utf8"));
}

/** A step that fails as another class than its own. */
export class StepError extends Error {
  readonly failureClass: string;

  constructor(failureClass: string, message: string) {
    super(message);
    this.failureClass = failureClass;
  }
}
