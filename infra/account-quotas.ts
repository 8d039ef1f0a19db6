import { EC2Client } from "@aws-sdk/client-ec2";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { policies } from "./configuration.ts";
import { named } from "./names.ts";
import { readQuotas } from "./quota-reading.ts";
import { sdkOptions, within } from "./sdk.ts";

const { region } = sdkOptions;

// Not Pulumi's data sources: there is none for Lambda's settings, and that for a quota answers with AWS's default where
// the account's own value is unknown.
const findings = await readQuotas(policies, {
  ec2: new EC2Client(sdkOptions),
  lambda: new LambdaClient(sdkOptions),
  serviceQuotas: new ServiceQuotasClient(sdkOptions),
  named,
  signal: () => within().abortSignal,
});

for (const { of, unread } of findings) {
  if (!unread) continue;
  const { name, message } = unread;
  const why = name === "Error" ? message : `${name}: ${message}`;
  process.stderr.write(`${of} in ${region} were not checked (${why}). Compare the quota with config.ts yourself.\n`);
}

const refused = findings.flatMap(({ tooSmall }) => (tooSmall ? [`${tooSmall.wrong}. ${tooSmall.remedy}`] : []));
if (refused.length > 0)
  throw new Error(
    `this account's quotas in ${region} are too small. Nothing has been created or changed.\n${refused.map((one) => `  ${one}`).join("\n")}`,
  );
