import * as z from "zod";
import { second } from "./time.ts";

const milliseconds = z.coerce.number().int().positive();

/**
 * Limits of what the functions ask of AWS and of the Kubernetes release host. Each is an environment variable with a
 * default. Without them one hung connection costs a whole reconcile run: the SDK has no limit of its own.
 */
const RequestLimits = z.object({
  CONNECT_TIMEOUT_MS: milliseconds.default(5 * second),
  /** Until an answer of AWS begins, and until its next byte. */
  REQUEST_TIMEOUT_MS: milliseconds.default(30 * second),
  /** How often a request to AWS is made until it succeeds. */
  REQUEST_ATTEMPTS: z.coerce.number().int().min(1).default(3),
  /** For a whole answer of the Kubernetes release host, which a run asks once. */
  RELEASE_HOST_TIMEOUT_MS: milliseconds.default(5 * second),
  /** How fast EC2 and Parameter Store are called at most, as a multiple of half of their default rates (io/pace.ts). */
  CALL_PACE: z.coerce.number().positive().default(1),
});
export type RequestLimits = z.infer<typeof RequestLimits>;

/**
 * Reads the limits from environment variables.
 * @throws Error naming every wrong variable
 */
export function readRequestLimits(variables: Record<string, string | undefined>): RequestLimits {
  const result = RequestLimits.safeParse(variables);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`);
  throw new Error(`reading the environment: ${wrong.join("; ")}. Leave a variable out to use its default.`);
}
