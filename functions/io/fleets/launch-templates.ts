import { isDeepStrictEqual } from "node:util";
import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplateVersionsCommand,
  type LaunchTemplateVersion,
  paginateDescribeLaunchTemplateVersions,
} from "@aws-sdk/client-ec2";
import { chunk } from "es-toolkit";
import type { Clients } from "../clients.ts";

/** DeleteLaunchTemplateVersions takes 200 versions a call (EC2 API reference). */
const versionsPerCall = 200;

/** A launch template with all its versions. */
export interface LaunchTemplate {
  id: string;
  /** By number. */
  versions: ReadonlyMap<number, LaunchTemplateVersion>;
  latest: number;
  default: number | undefined;
}

/** @throws Error if EC2 does not describe it */
export async function readTemplate({ ec2: client }: Clients, id: string): Promise<LaunchTemplate> {
  const versions = new Map<number, LaunchTemplateVersion>();
  const pages = paginateDescribeLaunchTemplateVersions({ client }, { LaunchTemplateId: id });
  for await (const page of pages)
    for (const version of page.LaunchTemplateVersions ?? []) versions.set(version.VersionNumber ?? 0, version);
  const standard = [...versions.values()].find(({ DefaultVersion }) => DefaultVersion)?.VersionNumber;
  return { id, versions, latest: Math.max(0, ...versions.keys()), default: standard };
}

/** The image that one version of a launch template names; undefined if it names none. */
export async function imageOf({ ec2 }: Clients, template: string, version: string): Promise<string | undefined> {
  const { LaunchTemplateVersions = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: template, Versions: [version] }),
  );
  return LaunchTemplateVersions[0]?.LaunchTemplateData?.ImageId;
}

/** The number of a version that is named by number, `$Latest` or `$Default`; undefined if there is none. */
export function numberOf(template: LaunchTemplate, named: string): number | undefined {
  if (named === "$Latest") return template.latest;
  if (named === "$Default") return template.default;
  return template.versions.has(Number(named)) ? Number(named) : undefined;
}

/** By which later runs recognize a version that this service made. EC2 allows 255 characters. */
export function descriptionOf(stage: string, fleet: string, image: string): string {
  return `${descriptionPrefix(stage, fleet)}${image}`;
}

/** The numbers of the versions that this service made for the fleet, oldest first. */
export function madeFor({ versions }: LaunchTemplate, stage: string, fleet: string): number[] {
  return [...versions]
    .filter(([, { VersionDescription = "" }]) => VersionDescription.startsWith(descriptionPrefix(stage, fleet)))
    .map(([number]) => number)
    .toSorted((a, b) => a - b);
}

function descriptionPrefix(stage: string, fleet: string): string {
  return `eks-windows-images/${stage}/${fleet}: `;
}

/** EC2 has not copied a version whole. */
export class DifferentVersion extends Error {}

/**
 * A version that this service made before and that differs from another one in its image only; undefined if there is
 * none.
 */
export function madeBefore(
  { versions }: LaunchTemplate,
  { source, image, description }: { source: number; image: string; description: string },
): number | undefined {
  const wanted = { ...versions.get(source)?.LaunchTemplateData, ImageId: image };
  return [...versions]
    .filter(([, one]) => one.VersionDescription === description && isDeepStrictEqual(one.LaunchTemplateData, wanted))
    .map(([number]) => number)
    .findLast((number) => number !== source);
}

/**
 * Makes a version that differs from another one in its image only. EC2 is known to lose parts of a version that it
 * copies (https://github.com/aws/aws-cli/issues/4297), so the new one is read back and compared.
 * @param token EC2 makes no second version for the same token
 * @throws Error if it differs in anything else; the version has been deleted then
 */
export async function makeVersion(
  clients: Clients,
  {
    template,
    source,
    image,
    description,
    token,
  }: Record<"template" | "image" | "description" | "token", string> & {
    source: number;
  },
): Promise<number> {
  const { ec2 } = clients;
  const { LaunchTemplateVersion: made } = await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: template,
      SourceVersion: `${source}`,
      VersionDescription: description,
      LaunchTemplateData: { ImageId: image },
      ClientToken: token,
    }),
  );
  const number = made?.VersionNumber;
  if (number === undefined) throw new Error(`making a version of ${template}: EC2 gave no number`);
  const { LaunchTemplateVersions = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: template, Versions: [`${source}`, `${number}`] }),
  );
  const dataOf = (version: number) =>
    LaunchTemplateVersions.find(({ VersionNumber }) => VersionNumber === version)?.LaunchTemplateData;
  if (dataOf(number) === undefined || dataOf(source) === undefined)
    throw new Error(`EC2 does not show version ${number} of ${template} yet`);
  if (isDeepStrictEqual({ ...dataOf(source), ImageId: image }, dataOf(number))) return number;
  await deleteVersions(clients, template, [number]);
  throw new DifferentVersion(
    `version ${number} of ${template}, copied from ${source}, differed in more than its image and was deleted: make a version that names ${image} yourself and give it to the group`,
  );
}

/** @throws Error if EC2 keeps one of them */
export async function deleteVersions({ ec2 }: Clients, template: string, versions: readonly number[]): Promise<void> {
  const answers = await Promise.all(
    chunk([...versions], versionsPerCall).map((some) =>
      ec2.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId: template, Versions: some.map(String) })),
    ),
  );
  const kept = answers.flatMap(({ UnsuccessfullyDeletedLaunchTemplateVersions: some = [] }) => some);
  if (kept.length > 0)
    throw new Error(
      kept.map(({ VersionNumber, ResponseError }) => `version ${VersionNumber}: ${ResponseError?.Message}`).join("; "),
    );
}
