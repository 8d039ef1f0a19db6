import { createHash } from "node:crypto";

/**
 * Lets these roles and users call the function's URL, and it no other way; where it has none, invoke the function. A call of the URL takes both
 * permissions since October 2025 (Lambda developer guide, "Control access to Lambda function URLs"). Within the account a caller named here
 * needs no policy of its own; one of another account needs the same actions in its own policy too. Whoever may do them by his own policy, as
 * administrators may, needs not be named: a function's policy cannot keep him out.
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
