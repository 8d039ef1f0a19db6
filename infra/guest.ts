import { dnsSuffix, policyDocument } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { namedInAccount } from "./names.ts";

/** The build instance's own role: what is too large for WinRM and what was harvested it reads from the bucket, and nothing else. */
export const guestRole = instanceRole("GuestRole", "guest", {
  name: "source",
  actions: ["s3:GetObject"],
  prefixes: ["source/*", "harvest/*"],
});
export const guestProfile = instanceProfile("GuestProfile", "guest", guestRole);

/** The role of AWS's image while it is harvested: it writes what it finds in itself, and reads nothing. */
export const harvestRole = instanceRole("HarvestRole", "harvest", {
  name: "harvest",
  actions: ["s3:PutObject"],
  prefixes: ["harvest/*"],
});
export const harvestProfile = instanceProfile("HarvestProfile", "harvest", harvestRole);

function instanceRole(
  name: string,
  noun: string,
  { name: policyName, actions, prefixes }: { name: string; actions: string[]; prefixes: string[] },
): aws.iam.Role {
  return new aws.iam.Role(name, {
    name: namedInAccount(noun),
    assumeRolePolicy: policyDocument([
      { actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: [$interpolate`ec2.${dnsSuffix}`] }] },
    ]),
    inlinePolicies: [
      {
        name: policyName,
        policy: policyDocument([
          { actions, resources: prefixes.map((prefix) => $interpolate`${artifacts.arn}/${prefix}`) },
        ]),
      },
    ],
  });
}

function instanceProfile(name: string, noun: string, role: aws.iam.Role): aws.iam.InstanceProfile {
  return new aws.iam.InstanceProfile(name, { name: namedInAccount(noun), role: role.name });
}
