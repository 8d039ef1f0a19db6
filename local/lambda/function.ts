import type { RoleCredentials } from "../aws/role-credentials.ts";

/** A function as the deployment describes it. */
export type DeployedFunction = {
  name: string;
  /** File and export inside the bundle: `bundle.handler`. */
  lambdaHandler: string;
  bundleDir: string;
  environment: Record<string, string>;
  roleArn: string;
  timeoutSeconds: number;
  /** Lambda's default is 128. */
  memoryMiB?: number;
};

/** The surroundings of every function: the AWS and the time that it sees, and the receiver of its logs. */
export type LambdaHost = {
  region: string;
  /** Base addresses by service in the SDK's spelling (`CODEBUILD`); `default` serves all other services. */
  endpoints: { default: string; [service: string]: string };
  roles: RoleCredentials;
  /** `file` holds the stack's time for child processes. */
  clock: { file: string };
  onLog?: (line: LogLine) => void;
  /** Called before each invocation, for what moves only when it is told to. */
  beforeEach?: () => Promise<void>;
  /**
   * Multiplies the function's timeout, the limits of its requests (`functions/config/request-limits.ts`) and those that
   * it sets itself with `AbortSignal.timeout`; 1 by default. A machine slower than Lambda then cuts no function off.
   */
  timeoutFactor?: number;
  /** Ends running invocations. Its reason says why. */
  signal?: AbortSignal;
};

/** One line that a function wrote, with its `record` when the line is structured. */
export type LogLine = { functionName: string; requestId: string; text: string; record?: Record<string, unknown> };

export type InvocationError = {
  /** `init`: the module could not be loaded. */
  phase: "init" | "invoke";
  errorType: string;
  errorMessage: string;
  stackTrace: string[];
};

export type Outcome = { ok: true; result: unknown } | { ok: false; error: InvocationError };

export type Invocation = Outcome & { requestId: string; milliseconds: number };
