import { policies } from "./configuration.ts";

/**
 * Where AWS has no function URLs (Lambda developer guide, "Creating and managing Lambda function URLs"; "AWS Lambda" in the user guides of
 * GovCloud and of the Regions in China).
 */
const withoutFunctionUrls = [
  "ap-east-2",
  "ap-south-2",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ca-west-1",
  "cn-north-1",
  "cn-northwest-1",
  "eu-central-2",
  "eu-south-2",
  "il-central-1",
  "me-central-1",
  "us-gov-east-1",
  "us-gov-west-1",
];

const { region } = await aws.getRegion();

if (policies.functionUrl && withoutFunctionUrls.includes(region))
  throw new Error(
    `config.ts: AWS has no function URLs in ${region}; with policies.functionUrl: false callers invoke the function itself`,
  );

/**
 * Options of what bears no tags in GovCloud and China, as event source mappings (the same user guides): a provider without the default tags of
 * sst.config.ts. With them every deployment would see a difference that it cannot mend (terraform-provider-aws, issue 40755).
 */
export const untaggedWhereNeeded: $util.CustomResourceOptions = /^(us-gov|cn)-/.test(region)
  ? { provider: new aws.Provider("Untagged", { region: region as aws.Region }) }
  : {};
