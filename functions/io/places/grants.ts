import { type GrantListEntry, KMSClient, paginateListGrants } from "@aws-sdk/client-kms";
import { once } from "es-toolkit";
import type { Configuration } from "../../config/configuration.ts";
import type { Place } from "../../config/place.ts";
import { clientSettings } from "../client-settings.ts";

const kms = once(() => new KMSClient(clientSettings));

/**
 * Why Auto Scaling could not start home's image in a place: its service-linked role there has no grant of the image's key
 * (Auto Scaling user guide, "Required AWS KMS key policy for use with encrypted volumes"). Undefined if it can, if no
 * fleet there is started by Auto Scaling, or if nobody tells: then nothing waits for it.
 */
export async function whyWithoutGrant(
  { fleets, policies }: Pick<Configuration, "fleets" | "policies">,
  place: Place,
): Promise<string | undefined> {
  const KeyId = policies.volumeKeyArn;
  const isStarted = fleets.some((fleet) => fleet.place === place.name && fleet.kind !== "karpenter");
  if (place.method === "copy" || !isStarted || !KeyId) return undefined;
  const GranteePrincipal = `arn:aws:iam::${place.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
  const grants: GrantListEntry[] = [];
  try {
    for await (const page of paginateListGrants({ client: kms() }, { KeyId, GranteePrincipal }))
      grants.push(...(page.Grants ?? []));
  } catch {
    return undefined;
  }
  if (grants.some(({ Operations = [] }) => Operations.includes("CreateGrant"))) return undefined;
  return `Auto Scaling's role in ${place.account} has no grant of ${KeyId}; docs/places.md has the command that gives it`;
}
