import { createHash } from "node:crypto";
import { tagPrefix } from "../functions/domain/inputs.ts";
import { region } from "./account.ts";

/** Names that are ours to choose bear application and stage, so that stages live side by side in one account. */
export function named(noun: string): string {
  return `${$app.name}-${$app.stage}-${noun}`;
}

/** IAM's names are one set for all Regions of an account. They have at most 64 characters: a longer one is cut and ends in its hash. */
export function namedInAccount(noun: string): $util.Output<string> {
  return region.apply((where) => atMost64(`${named(where)}-${noun}`));
}

function atMost64(name: string): string {
  if (name.length <= 64) return name;
  return `${name.slice(0, 55)}-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}

/** The parameters that nodes read, `<prefix>/<variant>/<candidate|stable>`. */
export const channelsPrefix = `/${$app.name}/${$app.stage}/channels`;
/** Manual rebuild requests, `<prefix>/<variant>`. */
export const requestsPrefix = `/${$app.name}/${$app.stage}/requests`;

/** On every image, snapshot, instance, key pair and security group of ours; what may be changed or deleted is told by it. */
export const stageTag = `${tagPrefix}stage`;
/** Policy conditions: the resource bears this stage's tag; it bears no other stage's; the call gives ours; it gives no other stage's. */
export const bearsOurTag = { test: "StringEquals", variable: `aws:ResourceTag/${stageTag}`, values: [$app.stage] };
export const bearsNoOther = { ...bearsOurTag, test: "StringEqualsIfExists" };
export const givesOurTag = { test: "StringEquals", variable: `aws:RequestTag/${stageTag}`, values: [$app.stage] };
export const givesNoOther = { ...givesOurTag, test: "StringEqualsIfExists" };
