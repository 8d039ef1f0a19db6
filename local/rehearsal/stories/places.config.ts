import type { ConfigurationInput } from "../../../functions/config/configuration.ts";

/** The account of the places that are not in the service's own. */
export const otherAccount = "210987654321";
const roleArn = `arn:aws:iam::${otherAccount}:role/eks-windows-images-rehearsal-place`;

/** A second Region, a second account, and both: `npm run rehearse -- --story places`. */
export const config: ConfigurationInput = {
  variants: [{ windows: 2022, kubernetes: "1.35" }],
  places: [
    { name: "ireland", region: "eu-west-1", method: "copy" },
    { name: "apps", region: "us-east-1", account: otherAccount, roleArn, method: "share" },
    { name: "apps-ireland", region: "eu-west-1", account: otherAccount, roleArn, method: "copy" },
  ],
  policies: {
    soak: "1h",
    disableRevoked: true,
    retention: { keep: 2, minAge: "1h", grace: "1d", deregister: true },
    volumeKeyArn: "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab",
  },
};
