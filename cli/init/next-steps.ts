import type { Answers } from "./render.ts";

/** What to do after config.ts is written, in order. */
export function nextSteps({ subscribers, operators, network }: Answers, region: string | undefined): string[] {
  const mails = [...new Set([...subscribers, ...operators])];
  return [
    "npm ci && npm run pin, and commit what it changes",
    "npm start rehearses the service on this machine, without AWS",
    "eks-windows-images doctor says what the account lacks",
    `npx sst deploy --stage production${region === undefined ? ", with AWS_REGION set" : ` with AWS_REGION=${region}`}`,
    ...(mails.length > 0 ? [`${mails.join(", ")} must confirm the mail that SNS sends`] : []),
    ...(network.kind === "public"
      ? ["for production, change policies.network to private subnets with NAT (README, Deploy)"]
      : []),
  ];
}
