import { ParameterNotFound, paginateGetParameterHistory } from "@aws-sdk/client-ssm";
import type { ChannelVersion } from "../domain/channels.ts";
import { ssm } from "./ssm-client.ts";

/** API reference, GetParameterHistory. */
const versionsPerPage = 50;

/**
 * What a channel has held, oldest first, as far as Parameter Store remembers: the last 100 versions of the parameter, and
 * none if the parameter does not exist.
 * @param parameter the channel's name in Parameter Store
 */
export async function readChannelHistory(parameter: string): Promise<ChannelVersion[]> {
  const versions: ChannelVersion[] = [];
  const pages = paginateGetParameterHistory({ client: ssm, pageSize: versionsPerPage }, { Name: parameter });
  try {
    for await (const { Parameters = [] } of pages)
      for (const { Version = 1, Value = "", LastModifiedDate, LastModifiedUser } of Parameters)
        versions.push({ version: Version, image: Value, at: LastModifiedDate?.getTime() ?? 0, by: LastModifiedUser });
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
  }
  return versions.toSorted((a, b) => a.version - b.version);
}
