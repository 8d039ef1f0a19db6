import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** The credentials that CodeBuild gives a build: those of its project's service role. */
export async function assumeServiceRole(
  roleArn: string,
  sessionName: string,
  aws: { endpoint: string; region: string; credentials: Credentials },
): Promise<Required<Credentials>> {
  const sts = new STSClient(aws);
  try {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName }),
    );
    if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken) throw new Error("no credentials came");
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
    };
  } catch (cause) {
    throw new Error(`assuming the service role ${roleArn}`, { cause });
  } finally {
    sts.destroy();
  }
}
