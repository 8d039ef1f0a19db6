import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../tools/cache.ts";
import type { Tools } from "../tools/install.ts";
import type { Failure, ParameterValidation } from "./faults.ts";

export type RecordedCall = z.infer<typeof RecordedCall>;
export type RecordedEvent = z.infer<typeof RecordedEvent>;
export type Credentials = { accessKeyId: string; secretAccessKey: string };

/** AWS on this machine: one endpoint for every service it has. */
export type Emulator = {
  url: string;
  port: number;
  region: string;
  accountId: string;
  /** Those of an administrator; every other caller assumes a role. */
  credentials: Credentials;
  /** Private addresses of its instances start with `prefix` ("127.N") and exist on this machine. */
  network: { vpcId: string; subnetId: string; prefix: string };
  /** What a child process needs for its AWS SDK or command line to come here as the administrator. */
  environment: Record<string, string>;
  /** As AWS does when it releases an image; no caller may write below /aws/. */
  setPublicParameter(name: string, value: string): Promise<void>;
  /** A public Windows image, Amazon's unless an owner is given. Answers its ID. */
  addPublicImage(image: { name: string; owner?: string; creationDate?: Date }): Promise<string>;
  /** The administrator's password of an instance, which callers get encrypted (GetPasswordData). */
  password(instanceId: string): Promise<string>;
  /** All that a machine has printed on its serial port so far, for GetConsoleOutput. */
  setConsole(instanceId: string, text: string): Promise<void>;
  /** From now on such calls fail. Answers what ends that. */
  failCalls(failure: Failure): Promise<() => Promise<void>>;
  /** How the writes of `aws:ec2:image` parameters go from now on. */
  parameterValidation(validation: ParameterValidation): Promise<void>;
  /** Every call from the `first`th on, in order of arrival. */
  calls(first?: number): Promise<RecordedCall[]>;
  /** Every event of every bus from the `first`th on, with the rules that it matched. */
  events(first?: number): Promise<RecordedEvent[]>;
  stop(): Promise<void>;
};

const RecordedCall = z.object({
  /** On the stack's clock. */
  time: z.string(),
  /** As in the signature: `ec2`, `ssm`, `monitoring` … */
  service: z.string(),
  operation: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  accessKeyId: z.string().nullable(),
  /** Name of the assumed role; null for the administrator and for unsigned calls. */
  role: z.string().nullable(),
  /** Of EC2's: the tags of each resource that the call names, as they were then, by ID (of a key pair by name). */
  tags: z.record(z.string(), z.record(z.string(), z.string())),
  /** HTTP status; 0 while the call is under way. */
  status: z.number(),
  error: z.string().nullable(),
});

const RecordedEvent = z.object({
  time: z.string(),
  bus: z.string(),
  source: z.string(),
  detailType: z.string(),
  resources: z.array(z.string()),
  detail: z.record(z.string(), z.unknown()),
  rules: z.array(z.string()),
});

const Place = z.object({
  port: z.int(),
  network: z.object({ vpcId: z.string(), subnetId: z.string(), prefix: z.string() }),
});

const program = fileURLToPath(new URL("emulator", import.meta.url));
const amazon = "801119661308";
const accountId = "123456789012";
const credentials: Credentials = { accessKeyId: "AKIAADMINISTRATOR000", secretAccessKey: "administrator" };

/**
 * Starts the emulator on a free port of 127.0.0.1. It follows the clock by itself and ends with this process, come what may.
 * @throws Error with the end of its output when it does not come up.
 */
export async function startEmulator({
  tools,
  dir,
  clock,
  log = () => {},
  region = "us-east-1",
}: {
  tools: Pick<Tools, "python">;
  dir: string;
  clock: Clock;
  log?: Log;
  region?: string;
}): Promise<Emulator> {
  mkdirSync(dir, { recursive: true });
  const logFile = join(dir, "emulator.log");
  const child = spawn(tools.python, [program, "--clock", clock.file, "--region", region], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
  });
  child.stderr.pipe(createWriteStream(logFile));
  const { port, network } = await place(child, logFile);
  log(`AWS emulator on port ${port}, addresses ${network.prefix}.0.0/16`);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    region,
    accountId,
    credentials,
    network,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
    },
    setPublicParameter: async (name, value) => {
      await request(url, "PUT", "public-parameters", { name, value });
    },
    addPublicImage: async ({ name, owner = amazon, creationDate = clock.now() }) =>
      z
        .string()
        .parse(await request(url, "POST", "public-images", { name, owner, creationDate: creationDate.toISOString() })),
    password: async (instanceId) => z.string().parse(await request(url, "GET", `password?instance=${instanceId}`)),
    setConsole: async (instance, text) => {
      await request(url, "PUT", "console", { instance, text });
    },
    failCalls: async (failure) => {
      const number = z.int().parse(await request(url, "POST", "failures", failure));
      return async () => void (await request(url, "DELETE", `failures?number=${number}`));
    },
    parameterValidation: async (validation) => {
      await request(url, "PUT", "parameter-validation", validation);
    },
    calls: async (first = 0) => z.array(RecordedCall).parse(await request(url, "GET", `calls?first=${first}`)),
    events: async (first = 0) => z.array(RecordedEvent).parse(await request(url, "GET", `events?first=${first}`)),
    stop: () => stop(child),
  };
}

/** The first line it writes says where it is. */
async function place(child: ChildProcess, logFile: string): Promise<z.infer<typeof Place>> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("error", (cause) => reject(new Error("starting the AWS emulator", { cause })));
    child.once("exit", (code) => reject(new Error(`starting the AWS emulator: it ended with ${code}; see ${logFile}`)));
  });
  return Place.parse(JSON.parse(line));
}

async function request(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/stack/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`asking the AWS emulator for ${path}: ${response.status} ${text.slice(-500)}`);
  return JSON.parse(text);
}

/** It ends when its standard input does. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stdin?.end();
  await ended;
}
