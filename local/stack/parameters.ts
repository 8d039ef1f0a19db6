import { paginateGetParametersByPath, type SSMClient } from "@aws-sdk/client-ssm";

/** Values of all parameters below a path, by their names. */
export async function readParameters(client: SSMClient, path: string): Promise<Record<string, string>> {
  const parameters: Record<string, string> = {};
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path: path, Recursive: true }))
    for (const { Name = "", Value = "" } of Parameters) parameters[Name] = Value;
  return parameters;
}
