import { z } from "zod";
import { complaintsOf } from "./errors.ts";
import { ContainerImage, Minor, RegistryHost, text, WebAddress, whole } from "./fields.ts";
import { minorOf } from "./kubernetes-versions.ts";
import { Policies } from "./policies.ts";

/** The three families of AWS's public parameters that an image can be built on (`/aws/service/ami-windows-latest/…`). */
export const baseFamilies = ["EKS_Optimized", "ContainersLatest", "Base"] as const;

/** CodeBuild hands the settings over in environment variables, which may have 5,500 characters in all. */
const longestSettings = 1800;

/** How an image comes about: on AWS's EKS image, or from a plain Windows with everything that AWS adds to it. */
export type Recipe = "layer" | "assemble";

export function recipeOf({ base }: { base: (typeof baseFamilies)[number] }): Recipe {
  return base === "EKS_Optimized" ? "layer" : "assemble";
}

const VariantName = text(
  /^[a-z0-9][a-z0-9.-]{0,63}$/,
  "1 to 64 of a-z, 0-9, dot and hyphen, the first a letter or digit",
);

/** One line of Windows images for EKS. Its name is its identity: a rename is a removal and an addition. */
export const Variant = z
  .strictObject({
    name: VariantName.optional(),
    windows: z.literal([2019, 2022, 2025]),
    edition: z.enum(["Core", "Full"]).default("Core"),
    kubernetes: Minor,
    base: z.enum(baseFamilies).default("EKS_Optimized"),
    /** Pulled into the image so that nodes start pods without a download. */
    containerImages: z.array(ContainerImage).max(40).default([]),
    /** Registry host → mirrors, tried in this order. */
    registryMirrors: z.record(RegistryHost, z.array(WebAddress).min(1).max(5)).default({}),
    /** Updates not to install. Those that never install unattended are left out anyway. */
    deniedUpdates: z.array(text(/^KB\d{6,8}$/, 'an update such as "KB5040437"')).default([]),
    /** Root volume in GiB. AWS's default of 30 to 50 is too small once images are cached. */
    diskGiB: whole(50, 16384).default(100),
  })
  .superRefine((variant, context) => {
    if (variant.windows === 2025 && minorOf(variant.kubernetes) < 35)
      context.addIssue({
        code: "custom",
        path: ["kubernetes"],
        message: "1.35 or newer with Windows 2025: EKS has no Windows 2025 image before Kubernetes 1.35",
      });
    if (variant.windows === 2025 && variant.base === "ContainersLatest")
      context.addIssue({
        code: "custom",
        path: ["base"],
        message: "EKS_Optimized or Base: AWS froze ContainersLatest in April 2023, there is none for Windows 2025",
      });
    if (
      JSON.stringify([variant.containerImages, variant.registryMirrors, variant.deniedUpdates]).length > longestSettings
    )
      context.addIssue({
        code: "custom",
        path: ["containerImages"],
        message: `fewer: container images, mirrors and denied updates of one variant together hold at most ${longestSettings} characters`,
      });
  })
  .transform((variant) => ({ ...variant, name: variant.name ?? derivedName(variant) }));
export type Variant = z.infer<typeof Variant>;

/** Who hears of something through SNS. */
const Subscriber = z.discriminatedUnion("protocol", [
  z.strictObject({ protocol: z.literal(["email", "email-json"]), endpoint: z.email("an e-mail address") }),
  z.strictObject({ protocol: z.literal("https"), endpoint: z.url({ protocol: /^https$/, error: "an https address" }) }),
  z.strictObject({
    protocol: z.literal(["sqs", "lambda"]),
    endpoint: z.string().regex(/^arn:aws[a-z-]*:/, "an ARN"),
  }),
  z.strictObject({
    protocol: z.literal("sms"),
    endpoint: z.string().regex(/^\+\d{6,15}$/, "a number such as +15555550123"),
  }),
]);

/** A role or user of this account or another; never a whole account, never everybody. */
const Caller = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]{1,512}$/,
    'the ARN of a role or user such as "arn:aws:iam::123456789012:role/image-operators"',
  );

/** The function's policy may have 20 KB (Lambda quotas), and each caller takes up to 2 KB of it. */
const mostCallers = 10;

/** The whole of `config.ts`. */
export const Configuration = z
  .strictObject({
    variants: z
      .array(Variant)
      .min(1, "at least one variant")
      .superRefine((variants, context) => {
        for (const [index, { name }] of variants.entries()) {
          const first = variants.findIndex((other) => other.name === name);
          if (name !== undefined && first < index)
            context.addIssue({
              code: "custom",
              path: [index, "name"],
              message: `a name of its own: variants[${first}] is called ${name} too`,
            });
        }
      }),
    /**
     * Names of variants that are configured no more and whose images may go: none is kept for its own sake, and `policies.retention` says when.
     * What a channel holds or somebody uses stays all the same.
     */
    retiredVariants: z.array(VariantName).default([]),
    policies: Policies.prefault({}),
    /** Who hears what becomes of images. */
    subscribers: z.array(Subscriber).default([]),
    /** Who hears that the service itself needs a person: its alarms. */
    operators: z.array(Subscriber).default([]),
    /** Who may call the function URL or, without one, the function, besides identities of this account whose own policies let them. */
    callers: z
      .array(Caller)
      .max(mostCallers, `at most ${mostCallers}: give more of them one role`)
      .refine((callers) => new Set(callers).size === callers.length, "each caller once")
      .default([]),
  })
  .superRefine(({ variants, retiredVariants }, context) => {
    for (const [index, name] of retiredVariants.entries())
      if (variants.some((variant) => variant.name === name))
        context.addIssue({
          code: "custom",
          path: ["retiredVariants", index],
          message: "a name that no variant has: take the variant out of variants first",
        });
  });
export type Configuration = z.infer<typeof Configuration>;
/** What a user writes in `config.ts`: as {@link Configuration}, with everything that has a default left out at will. */
export type ConfigurationInput = z.input<typeof Configuration>;

/**
 * The configuration with its defaults filled in and time spans in milliseconds.
 * @throws Error naming each wrong field, its value and what is allowed.
 */
export function parseConfiguration(input: unknown): Configuration {
  const result = Configuration.safeParse(input);
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap((issue) => complaintsOf(issue, input));
  throw new Error(`config.ts cannot be used:\n${lines.join("\n")}`);
}

function derivedName(variant: { windows: number; edition: string; kubernetes: string }): string {
  return `windows-${variant.windows}-${variant.edition.toLowerCase()}-${variant.kubernetes}`;
}
