import { paginateGetParametersByPath, type SSMClient } from "@aws-sdk/client-ssm";

/** The values of all parameters below a path, by parameter name. */
export async function readParameters(client: SSMClient, path: string): Promise<Record<string, string>> {
  const parameters: Record<string, string> = {};
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path: path, Recursive: true }))
    for (const { Name = "", Value = "" } of Parameters) parameters[Name] = Value;
  return parameters;
}
