import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../tools/cache.ts";
import type { Tools } from "../tools/install.ts";
import { startEmulatorProcess } from "./emulator-process.ts";
import type { Failure, HeldCall, Hold, ParameterValidation } from "./faults.ts";

export type RecordedCall = z.infer<typeof RecordedCall>;
export type RecordedEvent = z.infer<typeof RecordedEvent>;
export type Credentials = { accessKeyId: string; secretAccessKey: string };

/** AWS on this machine: one endpoint for every emulated service. */
export type Emulator = {
  url: string;
  port: number;
  region: string;
  accountId: string;
  /** The administrator's credentials. Every other caller assumes a role. */
  credentials: Credentials;
  /** The private addresses of instances start with `prefix` ("127.N") and exist on this machine. */
  network: { vpcId: string; subnetId: string; prefix: string };
  /** The environment in which the AWS SDK or the AWS CLI calls the emulator as the administrator. */
  environment: Record<string, string>;
  /** Writes a parameter as AWS does when it releases an image. No caller may write below /aws/. */
  setPublicParameter(name: string, value: string): Promise<void>;
  /** Adds a public Windows image, by default one of Amazon's. Resolves with its ID. */
  addPublicImage(image: { name: string; owner?: string; creationDate?: Date }): Promise<string>;
  /** Sets when an object was written. */
  setObjectTime(bucket: string, key: string, at: Date): Promise<void>;
  /** The administrator's password of an instance. AWS callers get it encrypted (GetPasswordData). */
  password(instanceId: string, region?: string): Promise<string>;
  /** Sets what EC2 shows of an image's Fast Launch, in EC2's words. */
  setFastLaunch(image: string, state: string, reason: string): Promise<void>;
  /** The next attempt to make or remove snapshots fails, once its time has passed on the stack's clock. */
  failNextFastLaunch(state: "enabling-failed" | "disabling-failed", reason: string): Promise<void>;
  /** The administrator's credentials in another account, which begins with that. */
  account(id: string): Promise<Credentials & { sessionToken: string }>;
  /** The next copy of an image that would be available fails instead, with this reason. */
  failNextCopy(reason: string): Promise<void>;
  /** Sets the whole output of a machine's serial port, for GetConsoleOutput. */
  setConsole(instanceId: string, text: string): Promise<void>;
  /** Sets when an instance was launched. */
  setLaunchTime(instanceId: string, at: Date): Promise<void>;
  /** The name of the role behind each access key that STS has issued, whoever assumed it. */
  roles(): Promise<Map<string, string>>;
  /** Lets matching calls fail from now on. Resolves with a function that ends the failures. */
  failCalls(failure: Failure): Promise<() => Promise<void>>;
  /** Holds the next matching call, so that something can happen while its caller waits for the answer. */
  holdCall(hold: Hold): Promise<HeldCall>;
  /** Breaks every open connection, as a restart of AWS would. Resolves with their number. */
  breakConnections(): Promise<number>;
  /** Sets how writes of `aws:ec2:image` parameters are validated from now on. */
  parameterValidation(validation: ParameterValidation): Promise<void>;
  /** How many accepted writes of `aws:ec2:image` parameters are not validated yet. */
  pendingValidations(): Promise<number>;
  /** Every call from number `first` on, in order of arrival. */
  calls(first?: number): Promise<RecordedCall[]>;
  /** Every event of every bus from number `first` on, with the rules that it matched. */
  events(first?: number): Promise<RecordedEvent[]>;
  stop(): Promise<void>;
};

const RecordedCall = z.object({
  /** The stack's time. */
  time: z.string(),
  /** The service's name in the signature: `ec2`, `ssm`, `monitoring` … */
  service: z.string(),
  operation: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  accessKeyId: z.string().nullable(),
  /** The caller's, and the Region that the call was signed for; undefined for unsigned calls. */
  account: z.string().optional(),
  region: z.string().optional(),
  /** The name of the assumed role; null for the administrator and for unsigned calls. */
  role: z.string().nullable(),
  /**
   * For calls to EC2: the tags, at the time of the call, of each resource that it names. By ID; for a key pair, by
   * name.
   */
  tags: z.record(z.string(), z.record(z.string(), z.string())),
  /** ARNs of the profiles of the instances that the call names, by ID. */
  profiles: z.record(z.string(), z.string()).optional(),
  /** The accounts that own the images that the call names, by ID. */
  owners: z.record(z.string(), z.string()).optional(),
  /** The HTTP status; 0 while the call is running. */
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

const amazon = "801119661308";
const accountId = "123456789012";
const credentials: Credentials = { accessKeyId: "AKIAADMINISTRATOR000", secretAccessKey: "administrator" };

/**
 * Starts the emulator on a free port of 127.0.0.1. It follows the clock by itself and ends with this process in any
 * case.
 * @throws Error when it ends before it is ready
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
  const { line, stop } = await startEmulatorProcess(tools, {
    clock: clock.file,
    region,
    log: join(dir, "emulator.log"),
  });
  const { port, network } = Place.parse(JSON.parse(line));
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
    setObjectTime: async (bucket, key, at) => {
      await request(url, "PUT", "object-time", { bucket, key, at: at.toISOString() });
    },
    password: async (instanceId, where = region) =>
      z.string().parse(await request(url, "GET", `password?instance=${instanceId}&region=${where}`)),
    setConsole: async (instance, text) => {
      await request(url, "PUT", "console", { instance, text });
    },
    setLaunchTime: async (instance, at) => {
      await request(url, "PUT", "launch-time", { instance, at: at.toISOString() });
    },
    setFastLaunch: async (image, state, reason) => {
      await request(url, "PUT", "fast-launch", { image, state, reason });
    },
    failNextFastLaunch: async (state, reason) => {
      await request(url, "POST", "fast-launch-failures", { state, reason });
    },
    account: (id) => administratorOf(id, { endpoint: url, region, credentials }),
    failNextCopy: async (reason) => {
      await request(url, "POST", "copy-failures", { reason });
    },
    roles: async () =>
      new Map(Object.entries(z.record(z.string(), z.string()).parse(await request(url, "GET", "roles")))),
    failCalls: async (failure) => {
      const number = z.int().parse(await request(url, "POST", "failures", failure));
      return async () => void (await request(url, "DELETE", `failures?number=${number}`));
    },
    holdCall: async (hold) => {
      const number = z.int().parse(await request(url, "POST", "holds", { ...hold, times: 1 }));
      return {
        hasCome: async () => z.boolean().parse(await request(url, "GET", `holds?number=${number}`)),
        release: async () => void (await request(url, "DELETE", `holds?number=${number}`)),
        lose: async () => void (await request(url, "DELETE", `holds?number=${number}&lost=yes`)),
      };
    },
    breakConnections: async () => z.int().parse(await request(url, "DELETE", "connections")),
    parameterValidation: async (validation) => {
      await request(url, "PUT", "parameter-validation", validation);
    },
    pendingValidations: async () => z.int().parse(await request(url, "GET", "parameter-validation")),
    calls: async (first = 0) => z.array(RecordedCall).parse(await request(url, "GET", `calls?first=${first}`)),
    events: async (first = 0) => z.array(RecordedEvent).parse(await request(url, "GET", `events?first=${first}`)),
    stop,
  };
}

async function administratorOf(id: string, access: { endpoint: string; region: string; credentials: Credentials }) {
  const sts = new STSClient(access);
  const RoleArn = `arn:aws:iam::${id}:role/administrator`;
  const { Credentials: issued } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "administrator" }));
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "", SessionToken = "" } = issued ?? {};
  return { accessKeyId, secretAccessKey, sessionToken: SessionToken };
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
