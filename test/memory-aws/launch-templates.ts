import type {
  CreateLaunchTemplateVersionCommandInput,
  DeleteLaunchTemplateVersionsCommandInput,
  DescribeLaunchTemplateVersionsCommandInput,
  LaunchTemplateVersion,
} from "@aws-sdk/client-ec2";
import { type Account, ServiceError } from "./account.ts";

export const launchTemplates = {
  DescribeLaunchTemplateVersions({ templates }: Account, input: DescribeLaunchTemplateVersionsCommandInput) {
    const { LaunchTemplateId, Versions, Filters = [] } = input;
    const images = Filters.find(({ Name }) => Name === "image-id")?.Values;
    const asked =
      LaunchTemplateId === undefined ? [...templates.values()].flat() : versionsOf(templates, LaunchTemplateId);
    const isNamed = ({ VersionNumber }: LaunchTemplateVersion) =>
      LaunchTemplateId === undefined || !Versions || Versions.includes(`${VersionNumber}`);
    const LaunchTemplateVersions = asked.filter(
      (version) => isNamed(version) && (!images || images.includes(version.LaunchTemplateData?.ImageId ?? "")),
    );
    return { LaunchTemplateVersions };
  },
  CreateLaunchTemplateVersion({ templates, now }: Account, input: CreateLaunchTemplateVersionCommandInput) {
    const { LaunchTemplateId = "", SourceVersion, LaunchTemplateData, VersionDescription } = input;
    const all = versionsOf(templates, LaunchTemplateId);
    const source = all.find(({ VersionNumber }) => `${VersionNumber}` === SourceVersion);
    if (!source) throw new ServiceError("InvalidLaunchTemplateId.VersionNotFound", `no version ${SourceVersion}`);
    const version: LaunchTemplateVersion = {
      LaunchTemplateId,
      VersionNumber: Math.max(...all.map(({ VersionNumber = 0 }) => VersionNumber)) + 1,
      VersionDescription,
      CreateTime: new Date(now()),
      DefaultVersion: false,
      LaunchTemplateData: { ...source.LaunchTemplateData, ...(LaunchTemplateData as object) },
    };
    all.push(version);
    return { LaunchTemplateVersion: version };
  },
  DeleteLaunchTemplateVersions({ templates }: Account, input: DeleteLaunchTemplateVersionsCommandInput) {
    const { LaunchTemplateId = "", Versions = [] } = input;
    const left = versionsOf(templates, LaunchTemplateId).filter(
      ({ VersionNumber }) => !Versions.includes(`${VersionNumber}`),
    );
    templates.set(LaunchTemplateId, left);
    return { UnsuccessfullyDeletedLaunchTemplateVersions: [] };
  },
};

function versionsOf(templates: Account["templates"], id: string): LaunchTemplateVersion[] {
  const all = templates.get(id);
  if (!all) throw new ServiceError("InvalidLaunchTemplateId.NotFound", `The template '${id}' does not exist`);
  return all;
}

/** The image that a version of a template names. */
export function imageOfVersion({ templates }: Account, template: string, version: number): string | undefined {
  return templates.get(template)?.find(({ VersionNumber }) => VersionNumber === version)?.LaunchTemplateData?.ImageId;
}
