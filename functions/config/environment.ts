import * as z from "zod";

const Sha256 = z.string().regex(/^[a-f0-9]{64}$/, "a SHA-256 in hex");

/** The settings that the deployment gives a function. */
const Environment = z.object({
  STAGE: z.string().min(1),
  RECIPE: Sha256,
  HARVEST_RECIPE: Sha256,
  PROJECT_NAME: z.string().min(1),
  TOPIC_ARN: z.string().startsWith("arn:"),
  /** ARN of the topic for chats; undefined without `chat`. */
  CHAT_TOPIC_ARN: z.string().startsWith("arn:").optional(),
  QUEUE_URL: z.url(),
  BUCKET: z.string().min(1),
  CHANNELS_PREFIX: z.string().startsWith("/"),
  REQUESTS_PREFIX: z.string().startsWith("/"),
  /** Of the parameters of fleets that have one of their own. */
  FLEETS_PREFIX: z.string().startsWith("/"),
  /** ARN of the role that is assumed to change a fleet; undefined without fleets. */
  FLEETS_ROLE: z.string().startsWith("arn:").optional(),
  /** ARN of the role that is assumed in other Regions of this account; undefined without a place there. */
  PLACES_ROLE: z.string().startsWith("arn:").optional(),
  /** ARN of the role that is assumed to enable and disable Fast Launch; undefined without the policy. */
  FAST_LAUNCH_ROLE: z.string().startsWith("arn:").optional(),
  /** The launch template for that and its version, `lt-0123456789abcdef0:1`; undefined without the policy. */
  FAST_LAUNCH_TEMPLATE: z
    .string()
    .regex(/^[\w-]+:\d+$/)
    .optional(),
  /** Names of the profiles of build instances, separated by commas. */
  INSTANCE_PROFILES: z.string().min(1),
});
export type Environment = z.infer<typeof Environment>;

/**
 * Reads a function's settings from its environment variables.
 * @throws Error naming every missing or wrong variable, so that the function stops at its start
 */
export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const result = Environment.safeParse(variables);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    return variables[name] === undefined ? `${name} is missing` : `${name}: ${message}`;
  });
  throw new Error(`reading the environment: ${wrong.join("; ")}. sst.config.ts sets these variables.`);
}
