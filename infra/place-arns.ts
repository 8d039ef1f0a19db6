import { accountId, partition, type Statement } from "./account.ts";
import { ownPlaces } from "./place-roles.ts";

/**
 * Only in Regions of places, of which home's own is none. IAM has no Region, and EC2 uses home's key at home on behalf
 * of the role.
 */
export const nothingElsewhere: Statement = {
  sid: "NothingElsewhere",
  effect: "Deny",
  actions: ["cloudformation:*", "ec2:*", "imagebuilder:*", "ssm:*"],
  resources: ["*"],
  conditions: [
    { test: "StringNotEquals", variable: "aws:RequestedRegion", values: ownPlaces.map(({ region }) => region) },
  ],
};

/** An ARN in any Region of this account. */
export function anywhere(service: string, resource: string): $util.Output<string> {
  return $interpolate`arn:${partition}:${service}:*:${accountId}:${resource}`;
}

/** All images or snapshots of any Region. */
export function imagesAnywhere(kind: "image" | "snapshot"): $util.Output<string> {
  return $interpolate`arn:${partition}:ec2:*::${kind}/*`;
}
