import { policyDocument } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { namedInAccount } from "./names.ts";

/** The build instance's own role: what is too large for WinRM it reads from the recipe's prefix, and nothing else. */
export const guestRole = new aws.iam.Role("GuestRole", {
  name: namedInAccount("guest"),
  assumeRolePolicy: policyDocument([
    { actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: ["ec2.amazonaws.com"] }] },
  ]),
  inlinePolicies: [
    {
      name: "source",
      policy: policyDocument([{ actions: ["s3:GetObject"], resources: [$interpolate`${artifacts.arn}/source/*`] }]),
    },
  ],
});

export const guestProfile = new aws.iam.InstanceProfile("GuestProfile", {
  name: namedInAccount("guest"),
  role: guestRole.name,
});
