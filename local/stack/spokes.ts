import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { Configuration } from "../../functions/config/configuration.ts";
import type { Emulator } from "../aws/emulator.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { type Spoke, spokeOf } from "../policies/spoke.ts";

/** The stacks that a user deploys in the other accounts of places, with the parameters that the configuration asks for. */
export function spokesOf({ places, policies }: Configuration, { resources }: Pick<Deployment, "resources">): Spoke[] {
  const byAccount = Map.groupBy(
    places.filter(({ account }) => account !== undefined),
    ({ account = "" }) => account,
  );
  const arnOf = (name: string) => String(resources.find((one) => one.name === name)?.state.arn);
  return [...byAccount].map(([account, own]) =>
    spokeOf(account, {
      HubReconcileRoleArn: arnOf("ReconcileRole"),
      HubApiRoleArn: arnOf("ApiRole"),
      Stage: "rehearsal",
      Regions: own.map(({ region }) => region).join(","),
      Copies: String(own.some(({ method }) => method === "copy")),
      Shares: String(own.some(({ method }) => method === "share")),
      HomeKeyArn: policies.volumeKeyArn ?? "",
    }),
  );
}

/** Makes their roles, as CloudFormation does. */
export async function deploySpokes(emulator: Emulator, spokes: readonly Spoke[]): Promise<void> {
  for (const { accountId, roleName: RoleName, trust, policies } of spokes) {
    const iam = new IAMClient({
      endpoint: emulator.url,
      region: emulator.region,
      credentials: await emulator.account(accountId),
    });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    for (const [index, PolicyDocument] of policies.entries())
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: `policy-${index}`, PolicyDocument }));
    iam.destroy();
  }
}
