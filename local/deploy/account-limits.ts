import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { type Groups, launchTemplateVersion } from "./group-look-ups.ts";

/** What AWS tells a program about the limits of its account before it creates anything. */
export interface AccountLimits {
  /** Lambda's quota of concurrent executions. */
  executions: number;
  /** The concurrent executions that existing functions have reserved, by the function's name. */
  reserved: Readonly<Record<string, number>>;
  /** The other quotas, by their codes. Service Quotas knows no other. */
  quotas: Readonly<Record<string, number>>;
  /** The operations that the deployer may not call. */
  denied: readonly string[];
}

/** AWS's defaults for an account that has been in use. */
export const usualLimits: AccountLimits = {
  executions: 1000,
  reserved: {},
  quotas: { "L-9D07B6EF": 60, "L-1216C47A": 640 },
  denied: [],
};

type Answer = { status?: number; body: object | string };

/** A server that answers for the AWS services which a program asks itself, with the SDK instead of through Pulumi. */
export async function serveAccount(account: () => { limits: AccountLimits; groups?: Groups }): Promise<Server> {
  const server = createServer((request, response) => {
    text(request)
      .then((body) => answer(request.url ?? "", body, account()))
      .then(({ status = 200, body }) => {
        response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function answer(url: string, body: string, { limits, groups }: { limits: AccountLimits; groups?: Groups }): Answer {
  const [, functionName] = /^\/2019-09-30\/functions\/([^/]+)\/concurrency$/.exec(url) ?? [];
  if (url.startsWith("/2016-08-19/account-settings")) return allowed("GetAccountSettings", () => settings(limits));
  if (functionName) return allowed("GetFunctionConcurrency", () => concurrency(limits, functionName));
  if (body.startsWith("{")) return allowed("GetServiceQuota", () => quota(limits, JSON.parse(body)));
  const asked = new URLSearchParams(body);
  if (asked.get("Action") === "DescribeLaunchTemplateVersions")
    return allowed("DescribeLaunchTemplateVersions", () => templateVersion(asked, groups));
  return allowed("DescribeInstanceTypes", () => instanceType(asked.get("InstanceType.1") ?? ""));

  function allowed(operation: string, answering: () => Answer): Answer {
    if (limits.denied.includes(operation)) return refusal(403, "AccessDeniedException", `not authorized: ${operation}`);
    return answering();
  }
}

function settings({ executions, reserved }: AccountLimits): Answer {
  const UnreservedConcurrentExecutions = executions - Object.values(reserved).reduce((sum, one) => sum + one, 0);
  return { body: { AccountLimit: { ConcurrentExecutions: executions, UnreservedConcurrentExecutions } } };
}

function concurrency({ reserved }: AccountLimits, name: string): Answer {
  if (!(name in reserved)) return refusal(404, "ResourceNotFoundException", `Function not found: ${name}`);
  return { body: { ReservedConcurrentExecutions: reserved[name] } };
}

function quota({ quotas }: AccountLimits, { QuotaCode }: { QuotaCode: string }): Answer {
  const Value = quotas[QuotaCode];
  if (Value === undefined) return refusal(400, "NoSuchResourceException", `no quota ${QuotaCode}`);
  return { body: { Quota: { QuotaCode, Value } } };
}

/** An `xlarge` has four vCPUs, a `large` two, and `2xlarge` two times four. */
function instanceType(type: string): Answer {
  const [, times = "1", size] = /\.(\d*)(x?large)$/.exec(type) ?? [];
  const vcpus = Number(times || 1) * (size === "large" ? 2 : 4);
  return {
    body: `<DescribeInstanceTypesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><instanceTypeSet><item><instanceType>${type}</instanceType><vCpuInfo><defaultVCpus>${vcpus}</defaultVCpus></vCpuInfo></item></instanceTypeSet></DescribeInstanceTypesResponse>`,
  };
}

function templateVersion(asked: URLSearchParams, groups?: Groups): Answer {
  const id = asked.get("LaunchTemplateId") ?? "";
  const version = asked.get("LaunchTemplateVersion.1") ?? "";
  const found = launchTemplateVersion(id, version, groups);
  if (!found)
    return {
      status: 400,
      body: `<Response><Errors><Error><Code>InvalidLaunchTemplateId.VersionNotFound</Code><Message>Could not find launch template version ${version}</Message></Error></Errors></Response>`,
    };
  const { number, profile } = found;
  const kind = profile?.startsWith("arn:") ? "arn" : "name";
  const data = profile ? `<iamInstanceProfile><${kind}>${profile}</${kind}></iamInstanceProfile>` : "";
  return {
    body: `<DescribeLaunchTemplateVersionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><launchTemplateVersionSet><item><launchTemplateId>${id}</launchTemplateId><versionNumber>${number}</versionNumber><launchTemplateData>${data}</launchTemplateData></item></launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>`,
  };
}

function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { __type: code, message, Message: message } };
}
