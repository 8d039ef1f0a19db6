import { ParameterAlreadyExists, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { tagPrefix } from "../domain/inputs.ts";

const ssm = new SSMClient({});

/** What is written of a parameter. */
export interface Content {
  name: string;
  value: string;
  description: string;
  /** An image's ID, which Parameter Store looks for after it has answered. */
  isImage?: boolean;
}

/** Whose it is. */
export interface Owner {
  stage: string;
  variant: string;
}

/**
 * Writes a parameter for the first time, with the tags that everything of the stage bears: PutParameter takes none together with `Overwrite`.
 * @returns false where there is one already
 */
export async function createParameter(content: Content, { stage, variant }: Owner): Promise<boolean> {
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

/** Writes a parameter whatever it holds; its tags stay. */
export async function replaceParameter(content: Content): Promise<void> {
  await ssm.send(new PutParameterCommand({ ...requestOf(content), Overwrite: true }));
}

function requestOf({ name, value, description, isImage }: Content) {
  return {
    Name: name,
    Value: value,
    Type: "String",
    DataType: isImage ? "aws:ec2:image" : undefined,
    Description: `${description}; written by eks-windows-images`,
  } as const;
}
