import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { z } from "zod";
import { creator } from "../creator.ts";

export const createRole = creator(
  {
    name: z.string(),
    assumeRolePolicy: z.string(),
    inlinePolicies: z.array(z.strictObject({ name: z.string(), policy: z.string() })).default([]),
    managedPolicyArns: z.array(z.string()).default([]),
  },
  async ({ name, assumeRolePolicy, inlinePolicies, managedPolicyArns }, { iam }) => {
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: assumeRolePolicy }),
    );
    for (const { name: PolicyName, policy } of inlinePolicies)
      await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName, PolicyDocument: policy }));
    for (const PolicyArn of managedPolicyArns)
      await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
    return { id: name, state: { arn: Role?.Arn, uniqueId: Role?.RoleId } };
  },
);

export const createPolicy = creator({ name: z.string(), policy: z.string() }, async ({ name, policy }, { iam }) => {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: policy }));
  return { id: String(Policy?.Arn), state: { arn: Policy?.Arn } };
});

export const createInstanceProfile = creator(
  { name: z.string(), role: z.string() },
  async ({ name, role }, { iam }) => {
    const { InstanceProfile } = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: role }));
    return { id: name, state: { arn: InstanceProfile?.Arn } };
  },
);
