import { fullPath } from "../model/files.ts";
import type { Machine } from "../model/machine.ts";
import type { Network } from "../model/network.ts";
import type { StepResponse } from "./step-response.ts";

/** What a step can use while it runs. */
export type StepContext = {
  machine: Machine;
  /** The environment variables of the step. */
  settings: Settings;
  network: Network;
  packerDir: string;
};

export type Settings = Record<string, string>;

/** Computes how a step ends from the state of the machine. Throws if the step fails. */
export type Step = (context: StepContext) => Partial<StepResponse> | Promise<Partial<StepResponse>>;

/** @throws Error in the words of the recipe's module if the variable is missing or empty */
export function setting({ settings }: StepContext, name: string): string {
  const value = settings[name];
  if (!value) throw new Error(`The environment variable ${name} is missing.`);
  return value;
}

/** A setting that contains a JSON array. */
export function list(context: StepContext, name: string): string[] {
  return JSON.parse(setting(context, name));
}

/** A setting that contains a JSON object. */
export function map<Value>(context: StepContext, name: string): Record<string, Value> {
  return JSON.parse(setting(context, name));
}

/** A path in the build's work directory, which is deleted before the image is made. */
export function workPath(context: StepContext, path: string): string {
  return `${setting(context, "WORK_DIRECTORY")}/${path}`;
}

/** What an earlier step saved in the work directory. */
export function saved<Document>(context: StepContext, name: string): Document {
  return readJson(context, workPath(context, `output/${name}.json`));
}

/** @throws Error in the words of .NET if the file does not exist */
export function readJson<Document>({ machine }: StepContext, path: string): Document {
  const content = machine.files.read(path);
  if (!content) throw new Error(`Could not find file '${fullPath(path)}'.`);
  return JSON.parse(content.toString("utf8"));
}

/** A failure whose class differs from the step's own. `runStep` catches it. */
export class StepError extends Error {
  readonly failureClass: string;

  constructor(failureClass: string, message: string) {
    super(message);
    this.failureClass = failureClass;
  }
}
