import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
  type LaunchTemplateVersion,
  type RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";

/** A launch template as a group names it; without a version, its default one. */
export interface TemplateName {
  id?: string | undefined;
  name?: string | undefined;
  version?: string | undefined;
}

/** One version of a launch template. */
export interface Template {
  id: string;
  name: string;
  number: number;
  /** As the template says it: an image ID, `resolve:ssm:…`, or nothing. */
  imageId: string | undefined;
  data: NonNullable<LaunchTemplateVersion["LaunchTemplateData"]>;
}

/** The emulator's launch templates. */
export interface Templates {
  /** @throws Error of EC2 when there is no such version */
  find(template: TemplateName): Promise<Template>;
  /** ID of the image that an instance starts from now. */
  image(template: TemplateName): Promise<string>;
  /** Creates a template with these data, or a new version of it. Resolves with the version. */
  write(name: string, data: Template["data"]): Promise<Template>;
}

/** What a group says in its template when the image is in a parameter. */
export const alias = "resolve:ssm:";

export function createTemplates(ec2: EC2Client): Templates {
  const known = new Set<string>();

  async function describe({ id, name, version = "$Default" }: TemplateName, ResolveAlias = false): Promise<Template> {
    const which = id === undefined ? { LaunchTemplateName: name } : { LaunchTemplateId: id };
    const { LaunchTemplateVersions: [found] = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ ...which, Versions: [version], ResolveAlias }),
    );
    return fromVersion(found);
  }

  return {
    find: (template) => describe(template),
    async image(template) {
      const { imageId } = await describe(template, true);
      if (imageId === undefined) throw new Error(`starting a node: ${JSON.stringify(template)} names no image`);
      return imageId;
    },
    async write(name, data) {
      const parameters = { LaunchTemplateName: name, LaunchTemplateData: data as RequestLaunchTemplateData };
      if (known.has(name)) await ec2.send(new CreateLaunchTemplateVersionCommand(parameters));
      else await ec2.send(new CreateLaunchTemplateCommand(parameters));
      known.add(name);
      return describe({ name, version: "$Latest" });
    },
  };
}

function fromVersion(version: LaunchTemplateVersion | undefined): Template {
  const { LaunchTemplateId: id, LaunchTemplateName: name, VersionNumber: number, LaunchTemplateData } = version ?? {};
  if (!id || !name || !number) throw new Error("reading a launch template: the answer has no version");
  const data = LaunchTemplateData ?? {};
  return { id, name, number, imageId: data.ImageId || undefined, data };
}
