import { type GrantListEntry, paginateListGrants } from "@aws-sdk/client-kms";
import * as z from "zod";
import type { Configuration } from "../../functions/config/configuration.ts";
import type { Place } from "../../functions/config/place.ts";
import { count } from "../terminal/text.ts";
import type { Check } from "./check.ts";
import { lineOfError } from "./failed-checks.ts";
import { type Findings, type Line, linesOf } from "./lines.ts";
import type { Site } from "./site.ts";

const findings = {
  "places-answer": { mark: "✓", means: "Every place answers the deployed service." },
  "place-away": {
    mark: "✗",
    means: "A place does not answer the deployed service: nothing reaches it, and nothing there is taken back.",
    remedy:
      "The line quotes AWS. Check the spoke's stack, its role and the Regions among its parameters (docs/places.md).",
  },
  "place-not-deployed": {
    mark: "?",
    means: "config.ts names a place that the deployed service does not know.",
    remedy: "Deploy.",
  },
  "place-unrecorded": {
    mark: "✗",
    means: "An image in a place has the tags of a copy, and the service did not make it. It is never published.",
    remedy: "Find out who made it, and deregister it.",
  },
  "place-grant": {
    mark: "✓",
    means: "Auto Scaling's role in the account of a place has a grant for the key of the images that it shares.",
  },
  "place-grant-unseen": {
    mark: "?",
    means:
      "Auto Scaling's role in the account of a place has no grant for the key of shared images, so its groups cannot start them. Karpenter needs none, but its role there must be allowed to use the key (docs/places.md).",
    remedy:
      "If Auto Scaling or managed node groups start nodes there, give the grant from that account with the command that the line shows.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

/** What `GET /` says of places. */
const Status = z.object({
  places: z.array(
    z.object({ place: z.string(), unknown: z.string().nullable(), unrecorded: z.array(z.string()).nullable() }),
  ),
});
export type PlaceState = z.infer<typeof Status>["places"][number];

export const placesCheck: Check = {
  name: "places",
  about: "Whether the service reaches each place, and whether nodes there can use the key, with `places` only",
  findings,
  concerns: ({ places }) => places.length > 0,
  onLocalStack: false,
  async run(site) {
    const { configuration, get } = site;
    const reached = get("/?images=none").then((answer) =>
      judgePlaces(configuration.places, Status.parse(answer).places),
    );
    const lines = await Promise.all([
      orFailure(reached),
      ...sharing(configuration).map((place) => grantOf(site, place)),
    ]);
    return lines.flat();
  },
};

export function judgePlaces(places: readonly Pick<Place, "name">[], states: readonly PlaceState[]): Line[] {
  const judged = places.flatMap(({ name }): Line[] => {
    const state = states.find(({ place }) => place === name);
    if (!state) return [line("place-not-deployed", `${name} is not deployed`)];
    if (state.unknown !== null) return [line("place-away", `${name}: ${state.unknown}`)];
    return (state.unrecorded ?? []).map((image) => line("place-unrecorded", `${name}: ${image}`));
  });
  return judged.length > 0 ? judged : [line("places-answer", count(places.length, "place"))];
}

function sharing({ places }: Configuration): Place[] {
  return places.filter(({ method }) => method === "share");
}

async function grantOf({ configuration, clients: { kms } }: Site, place: Place): Promise<Line[]> {
  const { volumeKeyArn: KeyId = "" } = configuration.policies;
  const GranteePrincipal = `arn:aws:iam::${place.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
  const read = async () => {
    const grants: GrantListEntry[] = [];
    // Each volume in use has grants of its own, so only those of the role are asked for.
    for await (const { Grants = [] } of paginateListGrants({ client: kms }, { KeyId, GranteePrincipal }))
      grants.push(...Grants);
    return [judgeGrant(place, { key: KeyId, role: GranteePrincipal, grants })];
  };
  return orFailure(read());
}

export function judgeGrant(
  { name, account }: Pick<Place, "name" | "account">,
  { key, role, grants }: { key: string; role: string; grants: readonly GrantListEntry[] },
): Line {
  if (grants.some(({ Operations = [] }) => Operations.includes("CreateGrant")))
    return line("place-grant", `${name}: Auto Scaling's role in ${account} has a grant for ${key}`);
  const operations =
    "Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey CreateGrant";
  const region = key.split(":")[3];
  const grant = `aws kms create-grant --region ${region} --key-id ${key} --grantee-principal ${role} --operations ${operations}`;
  return line(
    "place-grant-unseen",
    `${name}: Auto Scaling's role in ${account} has no grant for ${key}`,
    `If Auto Scaling starts nodes there, in ${account}: ${grant}`,
  );
}

async function orFailure(reading: Promise<Line[]>): Promise<Line[]> {
  return reading.catch((error: Error) => [lineOfError(error, false)]);
}
