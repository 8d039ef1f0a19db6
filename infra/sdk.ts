const { region } = await aws.getRegion();
const { SST_AWS_ACCESS_KEY_ID, SST_AWS_SECRET_ACCESS_KEY, SST_AWS_SESSION_TOKEN } = process.env;

/**
 * For what the program asks AWS itself, because Pulumi has no data source that tells. SST passes the credentials of its
 * provider in these variables.
 */
export const sdkOptions = {
  region,
  ...(SST_AWS_ACCESS_KEY_ID &&
    SST_AWS_SECRET_ACCESS_KEY && {
      credentials: {
        accessKeyId: SST_AWS_ACCESS_KEY_ID,
        secretAccessKey: SST_AWS_SECRET_ACCESS_KEY,
        sessionToken: SST_AWS_SESSION_TOKEN || undefined,
      },
    }),
};

/** A network without an endpoint for a service would hold up the deployment. */
export function within(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(60_000) };
}
