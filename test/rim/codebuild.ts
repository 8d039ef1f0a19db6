import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { parseRequest } from "../../local/codebuild/requests.ts";
import { createService, type Service } from "../../local/codebuild/service.ts";
import type { ServiceError } from "../../local/codebuild/service-error.ts";

/** The local stack's CodeBuild, whose builds do nothing. */
export interface CodeBuild {
  url: string;
  /** Starts anew with one project and no build. */
  reset(): Service;
  /** The operation of each call, in order of arrival: `ListBuildsForProject`. */
  calls: string[];
  stop(): Promise<unknown>;
}

export async function startCodeBuild(project: string, now: () => Date): Promise<CodeBuild> {
  let service = fresh();
  const calls: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    calls.push(String(incoming.headers["x-amz-target"]).split(".").at(-1) ?? "");
    const { status, answer } = perform(service, String(incoming.headers["x-amz-target"]), await text(incoming));
    outgoing.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
    outgoing.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    reset: () => {
      service = fresh();
      return service;
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };

  function fresh(): Service {
    const service = createService({
      region: "us-east-1",
      now,
      logLink: (build) => `https://logs.example.com/${build}`,
      begin: () => {},
      stop: () => {},
    });
    service.CreateProject({
      name: project,
      source: { type: "S3", location: "bucket/key", buildspec: "build.yml" },
      artifacts: { type: "NO_ARTIFACTS" },
      environment: { type: "LINUX_CONTAINER", image: "image", computeType: "SMALL", environmentVariables: [] },
      serviceRole: "arn:aws:iam::123456789012:role/build",
      timeoutInMinutes: 60,
      queuedTimeoutInMinutes: 480,
    });
    return service;
  }
}

function perform(service: Service, target: string, body: string): { status: number; answer: string } {
  try {
    const { operation, parameters } = parseRequest(target, body);
    return { status: 200, answer: asAws(service[operation](parameters as never)) };
  } catch (error) {
    const { code, message } = error as ServiceError;
    return { status: 400, answer: JSON.stringify({ __type: code, message }) };
  }
}

/** AWS's JSON protocol counts times in seconds. */
function asAws(answer: unknown): string {
  return JSON.stringify(answer, function (this: Record<string, unknown>, key, value) {
    const raw = this[key];
    return raw instanceof Date ? raw.getTime() / 1000 : value;
  });
}
