import { tagPrefix } from "../functions/domain/inputs.ts";
import { accountId, partition, region } from "./account.ts";
import { iamName } from "./role-names.ts";

/** A resource name with application and stage, so that one account can hold several stages. */
export function named(noun: string): string {
  return `${$app.name}-${$app.stage}-${noun}`;
}

/** The name of an IAM resource, with the Region. */
export function namedInAccount(noun: string): $util.Output<string> {
  return region.apply((where) => iamName(`${$app.name}-${$app.stage}`, where, noun));
}

/** The ARN of a role of ours by the noun in its name. It is known before the role exists. */
export function roleArn(noun: string): $util.Output<string> {
  return $interpolate`arn:${partition}:iam::${accountId}:role/${namedInAccount(noun)}`;
}

/** The parameters that nodes read, `<prefix>/<variant>/<candidate|stable>`. */
export const channelsPrefix = `/${$app.name}/${$app.stage}/channels`;
/** Manual rebuild requests, `<prefix>/<variant>`. */
export const requestsPrefix = `/${$app.name}/${$app.stage}/requests`;
/** The parameters of fleets that have one of their own, `<prefix>/<fleet>`. */
export const fleetsPrefix = `/${$app.name}/${$app.stage}/fleets`;

/**
 * The tag on each image, snapshot, instance, key pair and security group of a stage. Policies allow changes and
 * deletion by this tag only.
 */
export const stageTag = `${tagPrefix}stage`;
/**
 * Policy conditions: the resource has this stage's tag; it has no other stage's; the call sets this stage's; it sets no
 * other stage's.
 */
export const hasOurTag = { test: "StringEquals", variable: `aws:ResourceTag/${stageTag}`, values: [$app.stage] };
export const hasNoOther = { ...hasOurTag, test: "StringEqualsIfExists" };
export const setsOurTag = { test: "StringEquals", variable: `aws:RequestTag/${stageTag}`, values: [$app.stage] };
export const setsNoOther = { ...setsOurTag, test: "StringEqualsIfExists" };
