import type { RoleCredentials } from "../aws/role-credentials.ts";

/** What the deployment says about a function. */
export type DeployedFunction = {
  name: string;
  /** File and export inside the bundle: `bundle.handler`. */
  lambdaHandler: string;
  bundleDir: string;
  environment: Record<string, string>;
  roleArn: string;
  timeoutSeconds: number;
  /** Without it, Lambda's own default of 128. */
  memoryMiB?: number;
};

/** What surrounds every function: the AWS it sees, the time it sees, who hears its logs. */
export type LambdaHost = {
  region: string;
  /** Base addresses by service in the SDK's spelling (`CODEBUILD`); `default` for all the others. */
  endpoints: { default: string; [service: string]: string };
  roles: RoleCredentials;
  /** `file` holds the stack's time for processes of their own. */
  clock: { file: string };
  onLog?: (line: LogLine) => void;
  /** Ends running invocations. */
  signal?: AbortSignal;
};

/** One line that a function wrote; `record` is there when the line is a structured one. */
export type LogLine = { functionName: string; requestId: string; text: string; record?: Record<string, unknown> };

export type InvocationError = {
  /** `init`: the module could not even be loaded. */
  phase: "init" | "invoke";
  errorType: string;
  errorMessage: string;
  stackTrace: string[];
};

export type Outcome = { ok: true; result: unknown } | { ok: false; error: InvocationError };

export type Invocation = Outcome & { requestId: string; milliseconds: number };
