import type { AssumeRoleCommandInput } from "@aws-sdk/client-sts";
import { type Account, ServiceError } from "./account.ts";

/** The shortest time that AWS gives by default, in milliseconds (AWS STS API reference, AssumeRole). */
const lasts = 3_600_000;

export const sts = {
  /** Credentials that name the role's account, by which {@link accountIn} finds it again. */
  AssumeRole({ now }: Account, { RoleArn = "" }: AssumeRoleCommandInput) {
    const [, account] = /^arn:aws:iam::(\d{12}):role\/./.exec(RoleArn) ?? [];
    if (account === undefined) throw new ServiceError("ValidationError", `${RoleArn} is invalid`);
    return {
      Credentials: {
        AccessKeyId: `ASIA${account}`,
        SecretAccessKey: "secret",
        SessionToken: "token",
        Expiration: new Date(now() + lasts),
      },
    };
  },
};

/** The account whose role has these credentials. */
export function accountIn({ accessKeyId }: { accessKeyId: string }): string {
  return accessKeyId.slice("ASIA".length);
}
