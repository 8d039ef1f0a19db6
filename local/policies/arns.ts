/** Where calls are made; their resources' ARNs are made of it. */
export interface Place {
  partition: string;
  region: string;
  accountId: string;
}

/** EC2's resource types by the beginning of their IDs. */
const typesById: Record<string, string> = {
  ami: "image",
  eni: "network-interface",
  i: "instance",
  key: "key-pair",
  sg: "security-group",
  snap: "snapshot",
  subnet: "subnet",
  vol: "volume",
  vpc: "vpc",
};

/** `arn:aws:ec2:us-east-1::image/ami-…`; images and snapshots name no account. `*` stands for one that does not exist yet. */
export function ec2Arn(place: Place, type: string, id: string): string {
  const account = type === "image" || type === "snapshot" ? "" : place.accountId;
  return `arn:${place.partition}:ec2:${place.region}:${account}:${type}/${id}`;
}

/**
 * The type of an EC2 resource by its ID.
 * @throws Error for an ID of an unknown kind: a call on it could not be judged
 */
export function ec2TypeOf(id: string): string {
  const type = typesById[id.split("-")[0] ?? ""];
  if (!type) throw new Error(`judging a call: ${id} is the ID of no EC2 resource that is known here`);
  return type;
}

/** Parameters of Amazon's own belong to no account. */
export function parameterArn({ partition, region, accountId }: Place, name: string): string {
  const account = name.startsWith("/aws/") ? "" : accountId;
  return `arn:${partition}:ssm:${region}:${account}:parameter/${name.replace(/^\//, "")}`;
}

export function queueArn({ partition, region, accountId }: Place, url: string): string {
  return `arn:${partition}:sqs:${region}:${accountId}:${url.split("/").at(-1)}`;
}
