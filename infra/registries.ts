import type { Configuration } from "../functions/config/configuration.ts";
import { ecrImage, partitionOf } from "../functions/config/ecr.ts";
import { unscopedStatement } from "./unscoped.ts";

/** A repository of a private ECR registry from which the guest pulls. */
export interface Repository {
  arn: string;
  /** Whether ECR may fill it through a pull through cache rule. */
  isCache: boolean;
}

/** The repositories that the variants' container images name, each once. Images of other registries have none here. */
export function repositoriesOf(
  {
    variants,
    registryAccounts,
    pullThroughCachePrefixes,
  }: Pick<Configuration, "variants" | "registryAccounts" | "pullThroughCachePrefixes">,
  { partition, accountId }: { partition: string; accountId: string },
): Repository[] {
  const references = variants.flatMap(({ containerImages }, variant) =>
    containerImages.map((reference, index) => ({
      field: `variants[${variant}].containerImages[${index}]`,
      reference,
    })),
  );
  const repositories = references.flatMap(({ field, reference }): [string, Repository][] => {
    const image = ecrImage(reference);
    if (!image) return [];
    const { account, region, repository } = image;
    if (partitionOf(region) !== partition)
      throw new Error(
        `config.ts: ${field} is "${reference}". A role of the partition ${partition} cannot pull from ${region}: copy the image into a registry of this partition`,
      );
    if (account !== accountId && !registryAccounts.includes(account))
      throw new Error(
        `config.ts: ${field} is "${reference}", in a registry of another account than this one (${accountId}). Add "${account}" to registryAccounts, and let the guest role into the repository as docs/setup.md says`,
      );
    const arn = `arn:${partition}:ecr:${region}:${account}:repository/${repository}`;
    const isCache = pullThroughCachePrefixes.some((prefix) => repository.startsWith(`${prefix}/`));
    return [[arn, { arn, isCache }]];
  });
  return [...new Map(repositories).values()];
}

/**
 * The permissions to pull from these repositories; none for no repository. The two for pull through caches are from the
 * ECR user guide, "IAM permissions required to sync an upstream registry". In another account, its own policies must
 * allow the same.
 */
export function pullStatements(
  repositories: readonly Repository[],
): { sid?: string; actions: string[]; resources: string[] }[] {
  if (repositories.length === 0) return [];
  const caches = repositories.filter(({ isCache }) => isCache);
  return [
    unscopedStatement(["ecr:GetAuthorizationToken"]),
    {
      sid: "PullContainerImages",
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: repositories.map(({ arn }) => arn),
    },
    ...(caches.length > 0
      ? [
          {
            sid: "FillPullThroughCaches",
            actions: ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
            resources: caches.map(({ arn }) => arn),
          },
        ]
      : []),
  ];
}
