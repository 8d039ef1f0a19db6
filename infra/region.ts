import { places, policies } from "./configuration.ts";
import { requireFunctionUrls } from "./function-urls.ts";
import { requirePlaces } from "./place-checks.ts";

const { region } = await aws.getRegion();

requireFunctionUrls(region, policies.functionUrl);
if (places.length > 0) {
  const [{ accountId }, { partition }] = await Promise.all([aws.getCallerIdentity(), aws.getPartition()]);
  requirePlaces(places, policies, { partition, region, accountId });
}

/**
 * Options for resources that AWS cannot tag in GovCloud and China, such as event source mappings (user guides of
 * GovCloud and of the Regions in China): a provider without the default tags of sst.config.ts. With those tags, each
 * deployment would show a difference that it cannot remove (terraform-provider-aws, issue 40755).
 */
export const untaggedWhereNeeded: $util.CustomResourceOptions = /^(us-gov|cn)-/.test(region)
  ? { provider: new aws.Provider("Untagged", { region: region as aws.Region }) }
  : {};
