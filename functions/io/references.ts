import {
  DescribeImageAttributeCommand,
  EC2Client,
  paginateDescribeImageReferences,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplateVersions,
} from "@aws-sdk/client-ec2";

const ec2 = new EC2Client({});

/** Who uses an image. What cannot be told for certain counts as use. */
export type References = { state: "unused" } | { state: "used"; by: string[] } | { state: "unknown"; why: string };

/** Who is named when an image is in use. */
const mostUsersNamed = 3;

/** DescribeImageReferences takes 10 IDs a call (EC2 API reference). */
const imagesPerCall = 10;

const pageSize = 100;

/** Every state but `terminated`: EC2 lists those for about an hour more, and they use nothing. */
const livingStates = ["pending", "running", "shutting-down", "stopping", "stopped"];

/** As many versions of a launch template as EC2 looks at; it is 10 unless said otherwise, and a group may be pinned to an older one. */
const versionDepth = "10000";

/**
 * Who uses these images in this account and Region, by image ID: instances, launch templates, parameters, Image Builder's recipes; and with whom
 * they are shared, for EC2 does not see what other accounts do with them. Never throws: where a call fails, ends half-way or leaves out what
 * DescribeInstances or DescribeLaunchTemplateVersions show, nothing is known of any image that it was asked about.
 */
export async function readReferences(images: readonly string[]): Promise<Record<string, References>> {
  const calls = Array.from({ length: Math.ceil(images.length / imagesPerCall) }, (_, index) =>
    readCall(images.slice(index * imagesPerCall, (index + 1) * imagesPerCall)),
  );
  return Object.fromEntries((await Promise.all(calls)).flat());
}

async function readCall(images: string[]): Promise<[string, References][]> {
  try {
    const [references, instances, templates, shares] = await Promise.all([
      referencesTo(images),
      instancesOf(images),
      templatesOf(images),
      Promise.all(images.map(sharesOf)),
    ]);
    return images.map((image) => [
      image,
      judge(image, [...references, ...shares.flat()], [...instances, ...templates]),
    ]);
  } catch (error) {
    const why = `asking who uses ${images.join(", ")}: ${(error as Error).message}`;
    return images.map((image) => [image, { state: "unknown", why }]);
  }
}

/** A resource, and the image it uses. */
interface Use {
  image: string;
  by: string;
}

/**
 * What two answers say of an image.
 * @param references all that DescribeImageReferences has answered, and shares; what leaves out a use, of whatever image, is not to be trusted:
 * it leaves out in silence what its caller may not see
 * @param seen all that the resources' own calls have answered
 */
export function judge(image: string, references: readonly Use[], seen: readonly Use[]): References {
  const untold = seen.find((one) => !references.some((other) => other.image === one.image && other.by === one.by));
  if (untold)
    return {
      state: "unknown",
      why: `${untold.by} uses ${untold.image}, which DescribeImageReferences leaves out`,
    };
  const by = references.filter((one) => one.image === image).map((one) => one.by);
  return by.length === 0 ? { state: "unused" } : { state: "used", by };
}

/** Resources by the part of their ARN that people know them by: `instance/i-…`, `launch-template/lt-…`. */
async function referencesTo(images: string[]): Promise<Use[]> {
  const found: Use[] = [];
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
      if (!image || !Arn) throw new Error("DescribeImageReferences answered with a reference that names nothing");
      found.push({ image, by: Arn.split(":").slice(5).join(":") });
    }
  }
  return found;
}

async function instancesOf(images: string[]): Promise<Use[]> {
  const found: Use[] = [];
  const pages = paginateDescribeInstances(
    { client: ec2, pageSize },
    {
      Filters: [
        { Name: "image-id", Values: images },
        { Name: "instance-state-name", Values: livingStates },
      ],
    },
  );
  for await (const { Reservations = [] } of pages)
    for (const { Instances = [] } of Reservations)
      for (const { InstanceId: id = "", ImageId: image = "" } of Instances) found.push({ image, by: `instance/${id}` });
  return found;
}

/** The latest and the default versions, which this call looks at without being given a template; DescribeImageReferences looks at all. */
async function templatesOf(images: string[]): Promise<Use[]> {
  const found: Use[] = [];
  const pages = paginateDescribeLaunchTemplateVersions(
    { client: ec2, pageSize },
    { Versions: ["$Latest", "$Default"], Filters: [{ Name: "image-id", Values: images }] },
  );
  for await (const { LaunchTemplateVersions = [] } of pages)
    for (const { LaunchTemplateId: id = "", LaunchTemplateData } of LaunchTemplateVersions)
      found.push({ image: LaunchTemplateData?.ImageId ?? "", by: `launch-template/${id}` });
  return found;
}

/** Others who may start from an image. Disabling it takes it from them, and enabling it does not give it back (EC2 API reference, DisableImage). */
async function sharesOf(image: string): Promise<Use[]> {
  const { LaunchPermissions } = await ec2.send(
    new DescribeImageAttributeCommand({ ImageId: image, Attribute: "launchPermission" }),
  );
  if (!LaunchPermissions) throw new Error("DescribeImageAttribute answered without a list");
  return LaunchPermissions.map(({ UserId, OrganizationArn, OrganizationalUnitArn, Group }) => ({
    image,
    by: UserId ? `account ${UserId}` : (OrganizationArn ?? OrganizationalUnitArn ?? `everybody (${Group})`),
  }));
}

/**
 * Who uses an image, or why that cannot be told for certain; undefined where nobody does.
 * @param found what was read of it; undefined where nobody has asked
 */
export function describeUse(found: References | undefined): string | undefined {
  if (found === undefined) return "who uses it has not been asked";
  if (found.state === "unknown") return `who uses it cannot be told: ${found.why}`;
  if (found.state === "unused") return undefined;
  const more = found.by.length - mostUsersNamed;
  return `used by ${found.by.slice(0, mostUsersNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
