import * as z from "zod";
import { channelNames } from "./channel-names.ts";
import { text } from "./fields.ts";
import type { Fleet } from "./fleet.ts";
import type { Policies } from "./policies.ts";

const maxPlaces = 20;

const PlaceName = text(/^[a-z0-9][a-z0-9-]{0,29}$/, "1 to 30 of a-z, 0-9 and hyphen, the first a letter or digit");

/** Regions of China, GovCloud, the European Sovereign Cloud and the isolated ones begin like that. */
const Region = text(
  /^(?!cn-|us-gov-|us-iso|eu-iso|eusc-)[a-z]{2}(-[a-z]+)+-\d$/,
  'a Region of the partition aws, such as "eu-west-1"',
);

const KeyArn = text(
  /^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[a-z0-9-]+$/,
  'the ARN of a KMS key of the place, such as "arn:aws:kms:eu-west-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab"',
);

/** One Region of one account besides the one that builds, which gets the same images. */
export const Place = z
  .strictObject({
    /** The name in notifications, records and tags of copies. */
    name: PlaceName,
    /** The place's Region, of the partition `aws`. */
    region: Region,
    /** The place's account; by default the one that builds. */
    account: text(/^\d{12}$/, 'an account ID such as "210987654321"').optional(),
    /** The role that the service assumes there. Needed in another account: its stack makes it (docs/places.md). */
    roleArn: text(
      /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
      'the ARN of a role such as "arn:aws:iam::210987654321:role/eks-windows-images-production-place"',
    ).optional(),
    /**
     * `copy`: the place gets a copy of its own. `share`: another account of the same Region uses the image itself, which
     * needs no second snapshot.
     */
    method: z.enum(["copy", "share"]),
    /** KMS key of the place for its copies; by default the place's key for EBS. */
    kmsKeyArn: KeyArn.optional(),
    /** Whether a channel of the place waits until the image has booted there. */
    prove: z.boolean().default(false),
    /**
     * Whether the place's copies get what `policies.fastLaunch` says, too. Nodes start a shared image from the snapshots
     * that home keeps for it.
     */
    fastLaunch: z.boolean().default(false),
    /** The channels that the place has. */
    channels: z
      .array(z.enum(channelNames))
      .min(1, "at least one channel")
      .refine((channels) => new Set(channels).size === channels.length, "each channel once")
      .default(["stable"]),
  })
  .superRefine((place, context) => {
    for (const [field, message] of [...ofAccount(place), ...ofMethod(place)])
      context.addIssue({ code: "custom", path: [field], message });
  });
export type Place = z.infer<typeof Place>;

/** At most twenty: each takes some calls a run. */
export const Places = z.array(Place).max(maxPlaces, `at most ${maxPlaces}`);

/** A wrong field and what is allowed there. */
type FieldError = [field: keyof Place, message: string];

function ofAccount({ account, roleArn }: Place): FieldError[] {
  if (account === undefined)
    return roleArn === undefined ? [] : [["roleArn", "nothing without account: this account's role is deployed"]];
  if (roleArn === undefined) return [["roleArn", `a role of ${account}: the service assumes it there`]];
  return roleArn.split(":")[4] === account ? [] : [["roleArn", `a role of ${account}`]];
}

function ofMethod({ method, account, region, kmsKeyArn, fastLaunch }: Place): FieldError[] {
  if (method === "copy")
    return kmsKeyArn === undefined || kmsKeyArn.split(":")[3] === region
      ? []
      : [["kmsKeyArn", `a key of ${region}: EC2 encrypts a copy with a key of its Region`]];
  return [
    ...(account === undefined
      ? [["account", "another account: within one account nothing is shared"] as FieldError]
      : []),
    ...(kmsKeyArn === undefined
      ? []
      : [["kmsKeyArn", "nothing: a shared image keeps the key of policies.volumeKeyArn"] as FieldError]),
    ...(fastLaunch
      ? [["fastLaunch", "false: nodes start a shared image from the snapshots that home keeps for it"] as FieldError]
      : []),
  ];
}

/** What of the rest of the configuration places depend on. */
interface Context {
  policies: Policies;
  fleets: readonly Fleet[];
}

/** Errors that only the whole configuration shows, each with the path of its field. */
export function placeErrors(
  places: readonly Place[],
  { policies, fleets }: Context,
): { path: (string | number)[]; message: string }[] {
  const ofPlaces = places.flatMap((place, index) =>
    [...ofList(place, places.slice(0, index)), ...ofPolicies(place, policies)].map(([field, message]) => ({
      path: ["places", index, field],
      message,
    })),
  );
  return [...ofPlaces, ...ofFleets(fleets, places)];
}

function ofList({ name, region, account }: Place, earlier: readonly Place[]): FieldError[] {
  return [
    ...(earlier.some((other) => other.name === name) ? [["name", "a unique name"] as FieldError] : []),
    ...(earlier.some((other) => other.region === region && other.account === account)
      ? [["region", "a Region and account that no other place has"] as FieldError]
      : []),
  ];
}

function ofPolicies({ account, prove, fastLaunch }: Place, policies: Policies): FieldError[] {
  const errors: FieldError[] = [];
  if (account !== undefined && policies.volumeKeyArn === undefined)
    errors.push([
      "account",
      "nothing without policies.volumeKeyArn: images under the account's default key for EBS cannot be shared, and another account can only copy what is shared with it",
    ]);
  if (prove && policies.network.kind === "vpc")
    errors.push([
      "prove",
      'false with policies.network of the kind "vpc": CodeBuild, in a subnet of yours, cannot reach an instance of another VPC by a private address',
    ]);
  if (fastLaunch && policies.fastLaunch === undefined)
    errors.push(["fastLaunch", "false without policies.fastLaunch, whose figures it takes"]);
  return errors;
}

function ofFleets(fleets: readonly Fleet[], places: readonly Place[]) {
  return fleets.flatMap(({ place: name, channel }, index) => {
    if (name === undefined) return [];
    const place = places.find((one) => one.name === name);
    const at = (field: keyof Fleet, message: string) => [{ path: ["fleets", index, field], message }];
    if (!place) return at("place", "the name of a place");
    if (place.account === undefined)
      return at(
        "place",
        `a place in another account: in ${name} the service has its own account's role, which has no rights about fleets. Its nodes can follow the parameter there`,
      );
    return place.channels.includes(channel)
      ? []
      : at("channel", `a channel of the place ${name}: ${place.channels.join(", ")}`);
  });
}

/** Sent when a role of another account is assumed, so that nobody else's service can be made to use it. */
export function externalId(stage: string): string {
  return `eks-windows-images:${stage}`;
}
