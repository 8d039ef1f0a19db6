import * as z from "zod";
import { whyNoRoom } from "./build-room.ts";
import { configErrors } from "./errors.ts";
import { text } from "./fields.ts";
import { Fleet, fleetErrors } from "./fleet.ts";
import { Places, placeErrors } from "./place.ts";
import { Policies } from "./policies.ts";
import { Subscriber } from "./subscribers.ts";
import { Variant, VariantName } from "./variant.ts";

/** A role or user of this or another account; never a whole account, never everybody. */
const Caller = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]{1,512}$/,
    'the ARN of a role or user such as "arn:aws:iam::123456789012:role/image-operators"',
  );

/** A function's policy may have 20 KB (Lambda quotas), and each caller takes up to 2 KB of it. */
const maxCallers = 10;

/** Each takes up to six calls a run, and a filter of DescribeInstances 200 values. */
const maxFleets = 100;

const AccountId = text(/^\d{12}$/, 'an account ID such as "123456789012"');
const RepositoryPrefix = text(
  /^(?=.{2,30}$)[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/,
  'the repository prefix of a pull through cache rule, such as "docker-hub"',
);

/** The whole of `config.ts`. */
export const Configuration = z
  .strictObject({
    /** The lines of images that are built. */
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
              message: `a unique name: variants[${first}] is called ${name}, too`,
            });
        }
      }),
    /**
     * Names of removed variants whose images may go when `policies.retention` says so. Images that a channel holds or
     * that are in use stay.
     */
    retiredVariants: z.array(VariantName).default([]),
    /**
     * The accounts besides this one whose private ECR registries `containerImages` may name, in any Region. Their
     * repositories must let the guest role in (docs/setup.md).
     */
    registryAccounts: z.array(AccountId).max(20, "at most 20").default([]),
    /**
     * Repository prefixes of ECR pull through cache rules. From a repository below one of these, the guest may also let
     * ECR fetch the image from upstream and create the repository for it.
     */
    pullThroughCachePrefixes: z.array(RepositoryPrefix).max(20, "at most 20").default([]),
    /** How images are made and published, for all variants. */
    policies: Policies.prefault({}),
    /**
     * Other Regions and accounts that get the same images (docs/places.md). Without any, the service looks at no other.
     */
    places: Places.default([]),
    /** Groups of nodes that are to run what a channel holds. Without any, the service looks at no node. */
    fleets: z.array(Fleet).max(maxFleets, `at most ${maxFleets}`).default([]),
    /** Notified about images. */
    subscribers: z.array(Subscriber).default([]),
    /**
     * Whether there is also a topic for chats, which Amazon Q Developer in chat applications shows in Slack and
     * Microsoft Teams (docs/chat.md).
     */
    chat: z.boolean().default(false),
    /** Notified by alarms when the service itself needs a person. */
    operators: z.array(Subscriber).default([]),
    /**
     * May call the function URL or, without one, invoke the function, besides the identities of this account whose own
     * policies allow it.
     */
    callers: z
      .array(Caller)
      .max(maxCallers, `at most ${maxCallers}: let more callers share one role`)
      .refine((callers) => new Set(callers).size === callers.length, "each caller once")
      .default([]),
  })
  .superRefine(({ variants, retiredVariants, policies, places, fleets }, context) => {
    for (const [index, variant] of variants.entries()) {
      const message = whyNoRoom(variant, policies);
      if (message) context.addIssue({ code: "custom", path: ["variants", index, "containerImages"], message });
    }
    for (const [index, name] of retiredVariants.entries())
      if (variants.some((variant) => variant.name === name))
        context.addIssue({
          code: "custom",
          path: ["retiredVariants", index],
          message: "the name of a removed variant: take it out of variants first",
        });
    for (const { path, message } of fleetErrors(
      fleets,
      variants.map(({ name }) => name),
    ))
      context.addIssue({ code: "custom", path: ["fleets", ...path], message });
    for (const { path, message } of placeErrors(places, { policies, fleets }))
      context.addIssue({ code: "custom", path, message });
  });
export type Configuration = z.infer<typeof Configuration>;
/** What a user writes in `config.ts`: a {@link Configuration} without the fields that have a default. */
export type ConfigurationInput = z.input<typeof Configuration>;

/**
 * Parses `config.ts`, fills in the defaults and converts time spans to milliseconds.
 * @throws Error naming each wrong field, its value and what is allowed
 */
export function parseConfiguration(input: unknown): Configuration {
  const result = Configuration.safeParse(input);
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap((issue) => configErrors(issue, input));
  throw new Error(`config.ts cannot be used:\n${lines.join("\n")}`);
}
