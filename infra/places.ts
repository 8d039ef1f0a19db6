import { policyDocument } from "./account.ts";
import { api } from "./api.ts";
import { buildRole } from "./build-role.ts";
import { managedPolicies } from "./managed-policies.ts";
import { namedInAccount } from "./names.ts";
import { nothingElsewhere } from "./place-arns.ts";
import { fastLaunchingThere } from "./place-fast-launch.ts";
import { usingKeysThere } from "./place-keys.ts";
import { provingThere } from "./place-proofs.ts";
import { ownPlaces, placesRole } from "./place-roles.ts";
import { copyingThere, lookingThere, publishingThere } from "./place-statements.ts";
import { reconcile } from "./reconcile.ts";

const proves = ownPlaces.some(({ prove }) => prove);
const hasFastLaunch = ownPlaces.some(({ fastLaunch }) => fastLaunch);

// A role of its own, so that what may be done in other Regions is told from what may be done at home. In other accounts,
// the role of examples/places/spoke.cfn.yaml has the same statements.
if (placesRole)
  new aws.iam.Role("PlacesRole", {
    name: namedInAccount("places"),
    assumeRolePolicy: policyDocument([
      {
        actions: ["sts:AssumeRole"],
        principals: [
          {
            type: "AWS",
            identifiers: [reconcile.nodes.role.arn, api.nodes.role.arn, ...(proves ? [buildRole.arn] : [])],
          },
        ],
      },
    ]),
    managedPolicyArns: [
      ...managedPolicies("PlacesCopied", "places-copied", [
        [...lookingThere, publishingThere, ...copyingThere, nothingElsewhere],
      ]),
      ...(usingKeysThere.length > 0 ? managedPolicies("PlacesKeys", "places-keys", [usingKeysThere]) : []),
      ...(proves ? managedPolicies("PlacesProved", "places-proved", [provingThere]) : []),
      ...(hasFastLaunch ? managedPolicies("PlacesFastLaunched", "places-fast-launched", [fastLaunchingThere]) : []),
    ],
  });
