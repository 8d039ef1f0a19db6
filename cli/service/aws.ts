import { LambdaClient } from "@aws-sdk/client-lambda";
import type { Credentials } from "../../local/aws/role-credentials.ts";
import { CliError } from "../cli-error.ts";

/** Settings for clients of the AWS SDK that act as the person who calls. */
export interface Aws {
  region: string;
  /** @throws CredentialsProviderError if there are none */
  credentials(): Promise<Credentials>;
  /** Of the local stack's emulator. */
  endpoint?: string;
}

/**
 * The Region and the credentials as the AWS SDK's own chains find them: environment, profile, SSO, containers, instances.
 * Nothing is asked of AWS yet.
 * @param where what a person says instead; the host of a function URL names its Region
 */
export async function awsOf(where: { region?: string; profile?: string; url?: string }): Promise<Aws> {
  const { config } = new LambdaClient({ region: where.region ?? regionOf(where.url), profile: where.profile });
  const region = await config.region().catch((error: Error) => {
    throw new CliError(`no AWS Region is known: ${error.message}`, [
      "--region names it, or AWS_REGION, or the profile",
    ]);
  });
  return { region, credentials: () => config.credentials() };
}

function regionOf(url: string | undefined): string | undefined {
  return /\.lambda-url\.([a-z0-9-]+)\.on\.aws/.exec(url ?? "")?.[1];
}
