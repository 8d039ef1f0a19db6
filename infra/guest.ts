import { dnsSuffix, policyDocument, type Statement } from "./account.ts";
import { artifacts } from "./artifacts.ts";
import { namedInAccount } from "./names.ts";
import { privateRepositories } from "./private-images.ts";
import { pullStatements } from "./registries.ts";

/**
 * The build instance's role: it can read harvested files from the bucket and pull the private container images that
 * config.ts names, nothing else. Everything else reaches the instance over WinRM.
 */
export const guestRole = instanceRole("GuestRole", "guest", "s3:GetObject", pullStatements(privateRepositories));
export const guestProfile = instanceProfile("GuestProfile", "guest", guestRole);

/** The role of an instance of AWS's image during a harvest: it can write the files it finds, and read nothing. */
export const harvestRole = instanceRole("HarvestRole", "harvest", "s3:PutObject");
export const harvestProfile = instanceProfile("HarvestProfile", "harvest", harvestRole);

function instanceRole(name: string, noun: string, action: string, pulling: Statement[] = []): aws.iam.Role {
  return new aws.iam.Role(name, {
    name: namedInAccount(noun),
    assumeRolePolicy: policyDocument([
      { actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: [$interpolate`ec2.${dnsSuffix}`] }] },
    ]),
    inlinePolicies: [
      {
        name: "harvest",
        policy: policyDocument([{ actions: [action], resources: [$interpolate`${artifacts.arn}/harvest/*`] }]),
      },
      ...(pulling.length > 0 ? [{ name: "pull", policy: policyDocument(pulling) }] : []),
    ],
  });
}

function instanceProfile(name: string, noun: string, role: aws.iam.Role): aws.iam.InstanceProfile {
  return new aws.iam.InstanceProfile(name, { name: namedInAccount(noun), role: role.name });
}
