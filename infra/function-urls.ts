/**
 * The Regions without function URLs (Lambda developer guide, "Creating and managing Lambda function URLs"; "AWS Lambda"
 * in the user guides of GovCloud and of the Regions in China).
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

export function hasFunctionUrls(region: string): boolean {
  return !withoutFunctionUrls.includes(region);
}

/** @throws Error if the configuration asks for a function URL in a Region that has none */
export function requireFunctionUrls(region: string, functionUrl: boolean): void {
  if (functionUrl && !hasFunctionUrls(region))
    throw new Error(
      `config.ts: AWS has no function URLs in ${region}. Set policies.functionUrl: false; callers then invoke the function directly`,
    );
}
