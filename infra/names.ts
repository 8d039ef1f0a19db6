import { tagPrefix } from "../functions/inputs.ts";

/** Names that are ours to choose bear application and stage, so that stages live side by side in one account. */
export function named(noun: string): string {
  return `${$app.name}-${$app.stage}-${noun}`;
}

/** The parameters that nodes read, `<prefix>/<variant>/<candidate|stable>`. */
export const channelsPrefix = `/${$app.name}/${$app.stage}/channels`;
/** Manual rebuild requests, `<prefix>/<variant>`. */
export const requestsPrefix = `/${$app.name}/${$app.stage}/requests`;

/** On every image, snapshot, instance, key pair and security group of ours; what may be changed or deleted is told by it. */
export const stageTag = `${tagPrefix}stage`;
/** Policy conditions: the resource bears this stage's tag; the call gives it. */
export const bearsOurTag = { test: "StringEquals", variable: `aws:ResourceTag/${stageTag}`, values: [$app.stage] };
export const givesOurTag = { test: "StringEquals", variable: `aws:RequestTag/${stageTag}`, values: [$app.stage] };
