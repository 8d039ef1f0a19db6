import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { memoize } from "es-toolkit";
import type { Configuration } from "../../functions/config/configuration.ts";
import type { Session } from "../session.ts";
import { type ClientSettings, type Clients, createClients } from "./clients.ts";
import { NotDeployed } from "./failed-checks.ts";

/** The account that doctor looks at, and what several checks need to know of it. */
export interface Site {
  stage: string;
  configuration: Configuration;
  clients: Clients;
  isLocal: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  /** @throws Error if no Region is known */
  region(): Promise<string>;
  identity(): Promise<Identity>;
  /** `eks-windows-images-production-<noun>` */
  named(noun: string): string;
  /**
   * The environment of a deployed function.
   * @throws NotDeployed if there is no such function
   */
  environmentOf(noun: "api" | "reconcile"): Promise<Readonly<Record<string, string>>>;
  /** The answer of `GET <path>`. */
  get(path: string): Promise<unknown>;
}

export interface Identity {
  account: string;
  /** Of the caller: `arn:aws:sts::123456789012:assumed-role/operators/alice`. */
  arn: string;
  partition: string;
}

/** @throws CliError if config.ts cannot be used, or with `--local` if no local stack runs */
export async function siteOf({ options, context, configuration }: Session): Promise<Site> {
  // Not the session's own: that one has a progress of its own.
  const connect = memoize(() => context.connect(options, { readConfig: context.readConfig, warn: () => undefined }));
  const { aws, local, stage } = options.local ? await connect() : { ...options, aws: undefined, local: undefined };
  return createSite(aws ?? { region: options.region, profile: options.profile }, {
    stage,
    configuration: await configuration(),
    isLocal: options.local,
    now: () => local?.now().getTime() ?? Date.now(),
    async get(path) {
      const { status, answer } = await (await connect()).call("GET", path);
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(answer).slice(0, 500)}`);
      return answer;
    },
  });
}

type Given = Pick<Site, "stage" | "configuration" | "isLocal" | "now" | "get">;

export function createSite(settings: ClientSettings, given: Given): Site {
  const clients = createClients(settings);
  const named = (noun: string) => `eks-windows-images-${given.stage}-${noun}`;
  const region = () => clients.ec2.config.region();
  return {
    ...given,
    clients,
    named,
    region,
    identity: memoize(async () => {
      const { Account = "", Arn = "" } = await clients.sts.send(new GetCallerIdentityCommand());
      return { account: Account, arn: Arn, partition: Arn.split(":")[1] ?? "aws" };
    }),
    environmentOf: memoize(async (noun: "api" | "reconcile") => {
      const FunctionName = named(noun);
      try {
        const { Environment } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
        return Environment?.Variables ?? {};
      } catch (error) {
        if ((error as Error).name !== "ResourceNotFoundException") throw error;
        throw new NotDeployed(`not deployed yet: there is no function ${FunctionName} in ${await region()}`);
      }
    }),
  };
}
