import ms from "ms";
import * as z from "zod";
import { ecrImage, isPrivateEcr } from "./ecr.ts";
import { day } from "./time.ts";

const span = "a time span such as 30m, 20h or 45d, at most 3650d";

/** Ten years: a time that far from now is still a valid date. */
const maxSpan = 3650 * day;

/** A time span such as `15m`, `20h`, `45d`, parsed to milliseconds. */
export const Duration = z
  .string({ error: span })
  .refine((text) => /^\d{1,9}(\.\d{1,9})?(s|m|h|d)$/.test(text) && ms(text as ms.StringValue) <= maxSpan, span)
  .transform((text) => ms(text as ms.StringValue));

/** Text of one shape. Anything else is an error that says what is allowed. */
export function text(shape: RegExp, allowed: string) {
  return z.string({ error: allowed }).regex(shape, allowed);
}

export function whole(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, error).max(most, error);
}

/** With a fraction or without. */
export function number(least: number, most: number) {
  const error = `a number from ${least} to ${most}`;
  return z.number({ error }).min(least, error).max(most, error);
}

/** EKS has containerd on Windows since 1.23. */
export const Minor = text(/^1\.(2[3-9]|[3-9]\d)$/, 'a Kubernetes minor in quotes, from 1.23 on, such as "1.35"');

/** A reference that container registries accept. It contains nothing that a shell or PowerShell would interpret. */
export const ContainerImage = text(
  /^(?=.{1,255}$)[a-z0-9][a-z0-9.-]*(:\d+)?\/[a-z0-9._/-]+(:[\w][\w.-]{0,127})?(@sha256:[a-f0-9]{64})?$/,
  'a full reference with its registry, such as "mcr.microsoft.com/windows/nanoserver:ltsc2022"',
).refine(
  (reference) => !isPrivateEcr(reference) || ecrImage(reference) !== undefined,
  'an image of ECR as "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1", in China with amazonaws.com.cn',
);

/** Host and path of an address in characters that mean nothing to a shell, PowerShell, TOML or a template of Packer. */
const plainAddress = /^https?:\/\/[\w.:[\]-]+(\/[\w.~:/?#@!&()*+,;=%[\]-]*)?$/;

/** An address without secrets: CodeBuild echoes a build's variables in events and in the console. */
export const WebAddress = z
  .url({ protocol: /^https?$/, error: 'an address such as "https://mirror.example.com"' })
  .max(200, "an address of at most 200 characters: the variables of a build have room for 5,500")
  .refine((url) => !/^\w+:[/\\]*[^/\\]*@/.test(url), "an address without user name and password")
  .refine(
    (url) => plainAddress.test(url),
    "an address of letters, digits and -._~:/?#@!&()*+,;=%[], such as https://mirror.example.com/k8s",
  )
  .refine(
    (url) =>
      /^(https:|http:\/\/(localhost|127\.[\d.]+|\[::1\])[:/]|http:\/\/(localhost|127\.[\d.]+|\[::1\])$)/.test(url),
    "an https address: the image contains what is downloaded from there",
  );

/** A release host, without a trailing slash: paths are appended to it. */
export const ReleaseHost = WebAddress.transform((url) => url.replace(/\/+$/, "")).refine(
  (url) => !/[?#]|[^:]\/\//.test(url),
  "an address without query and without an empty part of its path",
);

/** The address of a mirror. */
export const Mirror = WebAddress.refine(
  (url) => !isPrivateEcr(url.replace(/^https?:\/\//, "")),
  "a mirror without a login, and ECR wants one. Name the image in containerImages by its reference in ECR instead",
);

export const RegistryHost = text(/^[a-z0-9][a-z0-9.-]*(:\d+)?$/, 'a registry host such as "docker.io"');

const timeZones = new Set(["UTC", ...Intl.supportedValuesOf("timeZone")]);
export const TimeZone = z
  .string({ error: "an IANA time zone" })
  .refine((zone) => timeZones.has(zone), 'an IANA time zone such as "America/Los_Angeles"');

export const Rate = text(
  /^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)$/,
  'an EventBridge rate such as "rate(15 minutes)"',
);
