import type { OfferedVariant } from "../../functions/config/known-images.ts";
import { Subscriber } from "../../functions/config/subscribers.ts";
import { CliError, usageError } from "../cli-error.ts";
import type { Prompts } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { hasPublicDefault, isPrivate, type Networks } from "./networks.ts";
import { nameOf, type Offer, usualVariant } from "./offered.ts";
import type { Answers } from "./render.ts";

/** What the options of the command say; a list that was not given is undefined. */
export interface InitOptions {
  variant?: string[];
  network?: "public" | "vpc";
  vpc?: string;
  subnet?: string[];
  subscriber?: string[];
  operator?: string[];
  yes: boolean;
}

/** How questions are answered that no option answers. */
export interface Asking {
  /** Undefined if nobody can be asked. */
  prompts: Prompts | undefined;
  options: InitOptions;
}

/**
 * The answer to one question: that of the option, with `--yes` the default, else the person's.
 * @throws CliError if nobody can be asked
 */
async function answer<T>(
  { prompts, options }: Asking,
  {
    given,
    option,
    usual,
    ask,
  }: { given: T | undefined; option: string; usual: () => T; ask: (prompts: Prompts) => Promise<T> },
): Promise<T> {
  if (given !== undefined) return given;
  if (options.yes) return usual();
  if (prompts) return ask(prompts);
  throw new CliError(
    `${option} is missing, and nobody can be asked here`,
    [`${option} answers the question`, "--yes takes the default of every question"],
    { exitCode: exitCodes.nobody },
  );
}

export async function chooseVariants(asking: Asking, { variants, guessed }: Offer): Promise<OfferedVariant[]> {
  const byName = new Map(variants.map((one) => [nameOf(one), one]));
  const usual = usualVariant(variants);
  const names = await answer(asking, {
    given: asking.options.variant,
    option: "--variant",
    usual: () => (usual ? [nameOf(usual)] : []),
    ask: (prompts) =>
      prompts.checkbox({
        message: "Which images? The Kubernetes minor is that of your cluster",
        required: true,
        choices: first(usual, variants).map((one) => ({ value: nameOf(one), checked: one === usual })),
      }),
  });
  return [...new Set(names)].map((name) => {
    const variant = byName.get(name);
    if (variant) return variant;
    const source = guessed === undefined ? "AWS has images for" : "known are";
    throw usageError(`--variant ${name} cannot be made`, `${source} ${[...byName.keys()].join(", ")}`);
  });
}

/** What is marked has to be in sight. */
function first<T>(one: T | undefined, all: readonly T[]): T[] {
  return [...(one === undefined ? [] : [one]), ...all.filter((other) => other !== one)];
}

export async function chooseNetwork(asking: Asking, networks: Networks): Promise<Answers["network"]> {
  const { network, vpc, subnet } = asking.options;
  const isDefaultGood = networks.unread !== undefined || hasPublicDefault(networks);
  const kind = await answer<"public" | "vpc">(asking, {
    given: network ?? (vpc === undefined ? undefined : "vpc"),
    option: "--network",
    usual: () => {
      if (isDefaultGood || subnet !== undefined) return "public";
      throw usageError(
        "--yes takes builds in public subnets of the default VPC, and this account has no default VPC whose subnets are all public",
        "--network vpc with --vpc and --subnet names private subnets with NAT",
        "--network public --subnet names a public subnet",
      );
    },
    ask: (prompts) =>
      prompts.select({
        message: "Where do builds run?",
        default: isDefaultGood ? "public" : "vpc",
        choices: [
          { value: "public", name: "in public subnets of the default VPC: nothing to prepare, for a trial" },
          { value: "vpc", name: "in private subnets with NAT: for production" },
        ],
      }),
  });
  if (kind === "public") return subnet?.[0] === undefined ? { kind } : { kind, subnetId: subnet[0] };
  const vpcId = await answer(asking, {
    given: vpc,
    option: "--vpc",
    usual: () => {
      throw usageError("--network vpc needs --vpc and --subnet: there is no default for them");
    },
    ask: (prompts) => askForVpc(prompts, networks),
  });
  const subnetIds = await answer(asking, {
    given: subnet,
    option: "--subnet",
    usual: () => {
      const own = networks.subnets.filter((one) => one.vpc === vpcId && isPrivate(one)).map(({ id }) => id);
      if (own.length > 0) return own;
      throw usageError(`--subnet is missing, and no subnet of ${vpcId} is known to lead to NAT`);
    },
    ask: (prompts) => askForSubnets(prompts, networks, vpcId),
  });
  return { kind, vpcId, subnetIds };
}

function askForVpc(prompts: Prompts, { vpcs }: Networks): Promise<string> {
  if (vpcs.length === 0)
    return prompts.input({
      message: "The VPC (vpc-…)",
      validate: (said) => /^vpc-[a-f0-9]{8,17}$/.test(said) || 'A VPC such as "vpc-0123456789abcdef0"',
    });
  return prompts.select({
    message: "The VPC",
    choices: vpcs.map(({ id, cidr, name, isDefault }) => ({
      value: id,
      name: [id, cidr, name, isDefault ? "(default)" : undefined].filter(Boolean).join(" "),
    })),
  });
}

async function askForSubnets(prompts: Prompts, { subnets }: Networks, vpc: string): Promise<string[]> {
  const own = subnets.filter((subnet) => subnet.vpc === vpc);
  if (own.length > 0)
    return prompts.checkbox({
      message: "Its private subnets, in the order of attempts",
      required: true,
      choices: own.map((subnet) => ({
        value: subnet.id,
        name: `${subnet.id} ${subnet.zone ?? ""} → ${subnet.route?.to ?? "nowhere"}`,
        checked: isPrivate(subnet),
      })),
    });
  const said = await prompts.input({
    message: "Its private subnets (subnet-…), with commas between them",
    validate: (text) => listOf(text).every((id) => /^subnet-[a-f0-9]{8,17}$/.test(id)) || "subnet-…, subnet-…",
  });
  return listOf(said);
}

/** @throws CliError if an option holds no mail address */
export async function chooseMails(
  asking: Asking,
  option: "subscriber" | "operator",
  message: string,
): Promise<string[]> {
  const mails = await answer(asking, {
    given: asking.options[option],
    option: `--${option}`,
    usual: () => [],
    ask: async (prompts) =>
      listOf(
        await prompts.input({
          message,
          default: "",
          validate: (said) => listOf(said).find((one) => !isMail(one)) === undefined || "Mail addresses with commas",
        }),
      ),
  });
  const wrong = mails.find((mail) => !isMail(mail));
  if (wrong !== undefined) throw usageError(`--${option} ${wrong} is no mail address`);
  return [...new Set(mails)];
}

function listOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((one) => one !== "");
}

function isMail(endpoint: string): boolean {
  return Subscriber.safeParse({ protocol: "email", endpoint }).success;
}
