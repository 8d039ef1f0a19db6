import { pullThroughCachePrefixes, registryAccounts, variants } from "./configuration.ts";
import { repositoriesOf } from "./registries.ts";

const [{ accountId }, { partition }] = await Promise.all([aws.getCallerIdentity(), aws.getPartition()]);

/** The private ECR repositories from which the guest pulls. */
export const privateRepositories = repositoriesOf(
  { variants, registryAccounts, pullThroughCachePrefixes },
  { accountId, partition },
);
