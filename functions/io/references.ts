import {
  DescribeImageAttributeCommand,
  type EC2Client,
  type Filter,
  paginateDescribeImageReferences,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplateVersions,
} from "@aws-sdk/client-ec2";
import { chunk, difference } from "es-toolkit";
import { judgeUse, type References, type Use } from "../domain/references.ts";
import { requestLimits } from "./client-settings.ts";
import { type Clients, home } from "./clients.ts";
import { withPatience } from "./patience.ts";

/** DescribeImageReferences takes 10 IDs a call (EC2 API reference). */
const imagesPerCall = 10;

const pageSize = 100;

/** Where it is asked what uses images. */
interface Where {
  /** By default where the service runs. */
  clients?: Clients;
  /** Whether the images are that account's own. Only the owner may ask with whom an image is shared. */
  isOwner?: boolean;
  /** Accounts with which this service shares an image: their own use is asked for elsewhere, so that a share is none. */
  sharedWith?: (image: string) => readonly string[];
}

type How = Required<Where> & { fastLaunch: boolean };

/** Every state but `terminated`: EC2 lists terminated instances for about an hour, and they use nothing. */
const livingStates = ["pending", "running", "shutting-down", "stopping", "stopped"];

/**
 * How many versions of a launch template EC2 examines. The default is 10, and a group may be pinned to an older
 * version.
 */
const versionDepth = "10000";

/**
 * What uses these images in this account and Region, by image ID: instances, launch templates, parameters and Image
 * Builder recipes. An image that is shared counts as used, because EC2 does not show what other accounts do with it.
 * Never throws: if a call fails, ends early, takes too long or omits what DescribeInstances or
 * DescribeLaunchTemplateVersions show, every image of that call is unknown.
 * @param patience how long the answers may take, in milliseconds; by default as long as one request
 * @param fastLaunch whether instances from which EC2 makes snapshots for Fast Launch are no use: they end by themselves
 */
export async function readReferences(
  images: readonly string[],
  patience: number = requestLimits.REQUEST_TIMEOUT_MS,
  fastLaunch = false,
  { clients = home, isOwner = true, sharedWith = () => [] }: Where = {},
): Promise<Record<string, References>> {
  const batches = chunk([...images], imagesPerCall);
  const answers = await Promise.all(
    batches.map((batch) => readBatch(batch, { fastLaunch, clients, isOwner, sharedWith }, patience)),
  );
  return Object.fromEntries(answers.flat());
}

async function readBatch(images: string[], how: How, patience: number): Promise<[string, References][]> {
  try {
    return await withPatience(patience, () => judgeBatch(images, how));
  } catch (error) {
    const why = `asking what uses ${images.join(", ")}: ${(error as Error).message}`;
    return images.map((image) => [image, { state: "unknown", why }]);
  }
}

/**
 * DescribeImageReferences alone can tell that an image is used, so an old image that a launch template pins costs one
 * call a run. Only what nothing seems to use is asked about further: shares first, and then by the resources' own calls.
 */
async function judgeBatch(
  images: string[],
  { fastLaunch, clients: { ec2 }, isOwner, sharedWith }: How,
): Promise<[string, References][]> {
  const all = await referencesTo(ec2, images);
  const passing = fastLaunch ? await passingInstances(ec2, images) : new Set<string>();
  const references = all.filter(({ by }) => !passing.has(by));
  const asked = isOwner ? without(images, references) : [];
  const shares = await Promise.all(asked.map((image) => sharesOf(ec2, image, sharedWith(image))));
  const uses = [...references, ...shares.flat()];
  const unused = without(images, uses);
  const seen = unused.length > 0 ? await Promise.all([instancesOf(ec2, unused), templatesOf(ec2, unused)]) : [];
  const lasting = seen.flat().filter(({ by }) => !passing.has(by));
  return images.map((image) => [image, judgeUse(image, uses, lasting)]);
}

/** The tag that EC2 gives what it starts for Fast Launch (AWS, managed policy EC2FastLaunchServiceRolePolicy). */
const fastLaunchTag = { Name: "tag:CreatedBy", Values: ["EC2 Fast Launch"] };

/** The instances of these images that become snapshots for Fast Launch. */
async function passingInstances(ec2: EC2Client, images: string[]): Promise<Set<string>> {
  const found = await instancesOf(ec2, images, [fastLaunchTag]);
  return new Set(found.map(({ by }) => by));
}

function without(images: string[], uses: Use[]): string[] {
  return difference(
    images,
    uses.map(({ image }) => image),
  );
}

/** Resources, named by the last part of their ARN: `instance/i-…`, `launch-template/lt-…`. */
async function referencesTo(ec2: EC2Client, images: string[]): Promise<Use[]> {
  const uses: Use[] = [];
  const pages = paginateDescribeImageReferences(
    { client: ec2, pageSize },
    {
      ImageIds: images,
      ResourceTypes: [
        {
          ResourceType: "ec2:Instance",
          ResourceTypeOptions: [{ OptionName: "state-name", OptionValues: livingStates }],
        },
        {
          ResourceType: "ec2:LaunchTemplate",
          ResourceTypeOptions: [{ OptionName: "version-depth", OptionValues: [versionDepth] }],
        },
        { ResourceType: "ssm:Parameter" },
        { ResourceType: "imagebuilder:ImageRecipe" },
        { ResourceType: "imagebuilder:ContainerRecipe" },
      ],
    },
  );
  for await (const { ImageReferences } of pages) {
    if (!ImageReferences) throw new Error("DescribeImageReferences answered without a list");
    for (const { ImageId: image, Arn } of ImageReferences) {
      if (!image || !Arn) throw new Error("DescribeImageReferences answered with an incomplete reference");
      uses.push({ image, by: Arn.split(":").slice(5).join(":") });
    }
  }
  return uses;
}

async function instancesOf(ec2: EC2Client, images: string[], filters: Filter[] = []): Promise<Use[]> {
  const uses: Use[] = [];
  const pages = paginateDescribeInstances(
    { client: ec2, pageSize },
    {
      Filters: [
        { Name: "image-id", Values: images },
        { Name: "instance-state-name", Values: livingStates },
        ...filters,
      ],
    },
  );
  for await (const { Reservations = [] } of pages)
    for (const { Instances = [] } of Reservations)
      for (const { InstanceId: id = "", ImageId: image = "" } of Instances) uses.push({ image, by: `instance/${id}` });
  return uses;
}

/**
 * Latest and default versions: the only ones that this call lists without a template ID. DescribeImageReferences
 * examines all versions.
 */
async function templatesOf(ec2: EC2Client, images: string[]): Promise<Use[]> {
  const uses: Use[] = [];
  const pages = paginateDescribeLaunchTemplateVersions(
    { client: ec2, pageSize },
    { Versions: ["$Latest", "$Default"], Filters: [{ Name: "image-id", Values: images }] },
  );
  for await (const { LaunchTemplateVersions = [] } of pages)
    for (const { LaunchTemplateId: id = "", LaunchTemplateData } of LaunchTemplateVersions)
      uses.push({ image: LaunchTemplateData?.ImageId ?? "", by: `launch-template/${id}` });
  return uses;
}

/**
 * Accounts that an image is shared with. Disabling it removes the shares, and enabling it does not restore them (EC2
 * API reference, DisableImage).
 */
async function sharesOf(ec2: EC2Client, image: string, known: readonly string[]): Promise<Use[]> {
  const { LaunchPermissions } = await ec2.send(
    new DescribeImageAttributeCommand({ ImageId: image, Attribute: "launchPermission" }),
  );
  if (!LaunchPermissions) throw new Error("DescribeImageAttribute answered without a list");
  const others = LaunchPermissions.filter(({ UserId }) => !UserId || !known.includes(UserId));
  return others.map(({ UserId, OrganizationArn, OrganizationalUnitArn, Group }) => ({
    image,
    by: UserId ? `account ${UserId}` : (OrganizationArn ?? OrganizationalUnitArn ?? `every account (${Group})`),
  }));
}
