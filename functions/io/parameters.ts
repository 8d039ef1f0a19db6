import { ParameterAlreadyExists, PutParameterCommand } from "@aws-sdk/client-ssm";
import { tagPrefix } from "../domain/inputs.ts";
import { type Clients, home } from "./clients.ts";

export interface ParameterContent {
  name: string;
  value: string;
  description: string;
  /** Whether the value is an image ID, which Parameter Store validates after it has answered. */
  isImage?: boolean;
}

/** The stage and variant that a parameter belongs to. */
export interface Owner {
  stage: string;
  variant: string;
}

/**
 * Creates a parameter with the tags of its stage and variant. PutParameter accepts no tags together with `Overwrite`.
 * @returns false if the parameter exists already
 */
export async function createParameter(
  content: ParameterContent,
  { stage, variant }: Owner,
  { ssm }: Clients = home,
): Promise<boolean> {
  const tags = {
    project: "eks-windows-images",
    [`${tagPrefix}stage`]: stage,
    [`${tagPrefix}variant`]: variant,
  };
  try {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await ssm.send(new PutParameterCommand({ ...requestOf(content), Overwrite: false, Tags }));
    return true;
  } catch (error) {
    if (error instanceof ParameterAlreadyExists) return false;
    throw error;
  }
}

/** Overwrites a parameter. Its tags stay. */
export async function replaceParameter(content: ParameterContent, { ssm }: Clients = home): Promise<void> {
  await ssm.send(new PutParameterCommand({ ...requestOf(content), Overwrite: true }));
}

function requestOf({ name, value, description, isImage }: ParameterContent) {
  return {
    Name: name,
    Value: value,
    Type: "String",
    DataType: isImage ? "aws:ec2:image" : undefined,
    Description: `${description}; written by eks-windows-images`,
  } as const;
}
