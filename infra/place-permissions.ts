import { imageArn, type Statement } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { fleets, places, policies } from "./configuration.ts";
import { managedPolicies } from "./managed-policies.ts";
import { hasOurTag } from "./names.ts";
import { placeAccounts, placeRoles } from "./place-roles.ts";
import { placePathsOf } from "./records.ts";

const reaching: Statement = { sid: "ReachPlaces", actions: ["sts:AssumeRole"], resources: placeRoles };

const startedByAutoScaling = fleets.filter(({ kind }) => kind !== "karpenter").map(({ place }) => place);
/** Home's key, if Auto Scaling needs a grant of it to start what is shared with a place. */
const grantedKeys = places.some(({ name, method }) => method === "share" && startedByAutoScaling.includes(name))
  ? [policies.volumeKeyArn ?? []].flat()
  : [];
const readingGrants: Statement = { sid: "ReadGrants", actions: ["kms:ListGrants"], resources: grantedKeys };

/** What api may do about places: look at them, which it does with AWS's policy for readers only. */
export const observingPlaces =
  placeRoles.length > 0 ? managedPolicies("PlacesObserved", "places-observed", [[reaching, readingGrants]]) : [];

/**
 * What reconcile may do about places: reach them, record what it does there, and let their accounts have images of this
 * stage. AWS has no condition on whom an image is shared with (Service Authorization Reference, ModifyImageAttribute),
 * but has one for snapshots.
 */
export const reconcilingPlaces =
  placeRoles.length > 0
    ? managedPolicies("PlacesReconciled", "places-reconciled", [
        [
          reaching,
          readingGrants,
          {
            sid: "RecordWhatPlacesGet",
            actions: ["s3:PutObject"],
            resources: placePathsOf("reconcile").map((path) => $interpolate`${artifacts.arn}/${path}`),
          },
          ...(placeAccounts.length > 0
            ? [
                {
                  sid: "ShareOurImages",
                  actions: ["ec2:ModifyImageAttribute"],
                  resources: [imageArn("image")],
                  conditions: [hasOurTag],
                },
                lettingCopy("LetPlacesCopy", "ec2:Add/userId"),
                lettingCopy("EndTheirCopying", "ec2:Remove/userId"),
              ]
            : []),
        ],
      ])
    : [];

function lettingCopy(sid: string, variable: string): Statement {
  return {
    sid,
    actions: ["ec2:ModifySnapshotAttribute"],
    resources: [imageArn("snapshot")],
    conditions: [hasOurTag, { test: "StringEquals", variable, values: placeAccounts }],
  };
}
