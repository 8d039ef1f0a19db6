import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type RoleCredentials = {
  /**
   * Returns credentials of a deployed role for the service that uses it. They are cached until five minutes before they
   * expire.
   */
  assume(roleArn: string, sessionName: string): Promise<Required<Credentials>>;
  /** Finds credentials that were issued before, as AWS does when it checks a signature. */
  issued(accessKeyId: string): Credentials | undefined;
};

const renewBefore = 5 * 60_000;

/**
 * Assumes roles at the emulator on behalf of the services that AWS runs itself: Lambda, Scheduler, CodeBuild.
 * Credentials expire by `now`, the stack's time.
 */
export function createRoleCredentials({
  endpoint,
  region,
  credentials,
  now,
}: {
  endpoint: string;
  region: string;
  credentials: Credentials;
  now: () => Date;
}): RoleCredentials {
  const sts = new STSClient({ endpoint, region, credentials });
  const sessions = new Map<string, { credentials: Required<Credentials>; expires: number }>();
  const known = new Map<string, Credentials>([[credentials.accessKeyId, credentials]]);

  async function assume(roleArn: string, sessionName: string): Promise<Required<Credentials>> {
    const key = `${roleArn} ${sessionName}`;
    const session = sessions.get(key);
    if (session && session.expires - renewBefore > now().getTime()) return session.credentials;
    const fresh = await request(roleArn, sessionName);
    sessions.set(key, fresh);
    known.set(fresh.credentials.accessKeyId, fresh.credentials);
    return fresh.credentials;
  }

  async function request(roleArn: string, sessionName: string) {
    const { Credentials: issued } = await sts
      .send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName.slice(0, 64) }))
      .catch((error) => {
        throw new Error(`assuming ${roleArn}`, { cause: error });
      });
    if (!issued?.AccessKeyId || !issued.SecretAccessKey || !issued.SessionToken || !issued.Expiration)
      throw new Error(`assuming ${roleArn}: the answer has no credentials`);
    return {
      credentials: {
        accessKeyId: issued.AccessKeyId,
        secretAccessKey: issued.SecretAccessKey,
        sessionToken: issued.SessionToken,
      },
      expires: issued.Expiration.getTime(),
    };
  }

  return {
    assume,
    issued: (accessKeyId) => known.get(accessKeyId),
  };
}
