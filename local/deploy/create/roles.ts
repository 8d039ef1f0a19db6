import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyVersionCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  type IAMClient,
  ListPolicyVersionsCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { z } from "zod";
import { creator, updater } from "../creator.ts";

const inputsOfRole = {
  name: z.string(),
  assumeRolePolicy: z.string(),
  inlinePolicies: z.array(z.strictObject({ name: z.string(), policy: z.string() })).default([]),
  managedPolicyArns: z.array(z.string()).default([]),
};
const Role = z.strictObject(inputsOfRole);
type Role = z.infer<typeof Role>;

export const createRole = creator(inputsOfRole, async (inputs, { iam }) => {
  const { name: RoleName, assumeRolePolicy: AssumeRolePolicyDocument } = inputs;
  const { Role: role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await putPolicies(inputs, iam);
  return { id: RoleName, state: { arn: role?.Arn, uniqueId: role?.RoleId } };
});

export const updateRole = updater(inputsOfRole, async (inputs, { iam }, earlier) => {
  const { name: RoleName, assumeRolePolicy: PolicyDocument } = inputs;
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  await putPolicies(inputs, iam);
  const before = Role.parse(earlier.inputs);
  const names = inputs.inlinePolicies.map(({ name }) => name);
  for (const { name: PolicyName } of before.inlinePolicies.filter(({ name }) => !names.includes(name)))
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  for (const PolicyArn of before.managedPolicyArns.filter((arn) => !inputs.managedPolicyArns.includes(arn)))
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  return {};
});

/** Calls that change nothing if they were made before. */
async function putPolicies({ name: RoleName, inlinePolicies, managedPolicyArns }: Role, iam: IAMClient): Promise<void> {
  for (const { name: PolicyName, policy } of inlinePolicies)
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: policy }));
  for (const PolicyArn of managedPolicyArns) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
}

const inputsOfPolicy = { name: z.string(), policy: z.string() };

export const createPolicy = creator(inputsOfPolicy, async ({ name, policy }, { iam }) => {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: policy }));
  return { id: String(Policy?.Arn), state: { arn: Policy?.Arn } };
});

/** IAM keeps five versions of a policy; here only the newest stays. */
export const updatePolicy = updater(inputsOfPolicy, async ({ policy }, { iam }, { id: PolicyArn }) => {
  await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: policy, SetAsDefault: true }));
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  for (const { VersionId } of Versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion))
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  return {};
});

export const createInstanceProfile = creator(
  { name: z.string(), role: z.string() },
  async ({ name, role }, { iam }) => {
    const { InstanceProfile } = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: role }));
    return { id: name, state: { arn: InstanceProfile?.Arn } };
  },
);
