import { createHash } from "node:crypto";

/**
 * Allows these roles and users to call the function's URL but not to invoke the function; without a URL, to invoke the
 * function. Since October 2025, a call of the URL needs both permissions (Lambda developer guide, "Control access to
 * Lambda function URLs"). A caller in the same account needs no policy of its own. A caller in another account needs
 * the same actions in its own policy too. Identities whose own policy allows the actions, such as administrators, need
 * not be listed: the function's policy cannot keep them out.
 */
export function allow(callers: readonly string[], { nodes }: sst.aws.Function, viaUrl: boolean): void {
  for (const principal of callers) {
    const id = createHash("sha256").update(principal).digest("hex").slice(0, 8);
    const grant = { function: nodes.function.name, principal };
    if (viaUrl)
      new aws.lambda.Permission(`Caller${id}Url`, {
        ...grant,
        action: "lambda:InvokeFunctionUrl",
        functionUrlAuthType: "AWS_IAM",
      });
    new aws.lambda.Permission(`Caller${id}Function`, {
      ...grant,
      action: "lambda:InvokeFunction",
      invokedViaFunctionUrl: viaUrl || undefined,
    });
  }
}
