import ms from "ms";
import { z } from "zod";
import { day } from "./time.ts";

const span = "a time span such as 30m, 20h or 45d, at most 3650d";

/** Ten years: a time that lies so far from now is a date all the same. */
const longestSpan = 3650 * day;

/** A time span such as `15m`, `20h`, `45d`; inside, milliseconds. */
export const Duration = z
  .string({ error: span })
  .refine((text) => /^\d{1,9}(\.\d{1,9})?(s|m|h|d)$/.test(text) && ms(text as ms.StringValue) <= longestSpan, span)
  .transform((text) => ms(text as ms.StringValue));

/** Text of one shape; whatever else is there is answered with what is allowed. */
export function text(shape: RegExp, allowed: string) {
  return z.string({ error: allowed }).regex(shape, allowed);
}

export function whole(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, error).max(most, error);
}

/** EKS has had containerd on Windows since 1.23. */
export const Minor = text(/^1\.(2[3-9]|[3-9]\d)$/, 'a Kubernetes minor in quotes, from 1.23 on, such as "1.35"');

/** What a container registry accepts as a reference; above all nothing that a shell or PowerShell could read as more than text. */
export const ContainerImage = text(
  /^(?=.{1,255}$)[a-z0-9.-]+(:\d+)?\/[a-z0-9._/-]+(:[\w][\w.-]{0,127})?(@sha256:[a-f0-9]{64})?$/,
  'a full reference with its registry, such as "mcr.microsoft.com/windows/nanoserver:ltsc2022"',
).refine(
  (reference) => !/^\d{12}\.dkr\.ecr\./.test(reference),
  "an image that can be pulled without signing in: the build has no credentials for private ECR registries",
);

/** Nothing secret may stand in it: the build's variables are echoed in events and in the console. */
export const WebAddress = z
  .url({ protocol: /^https?$/, error: 'an address such as "https://mirror.example.com"' })
  .refine((url) => !/^\w+:\/\/[^/]*@/.test(url), "an address without user name and password")
  .refine(
    (url) =>
      /^(https:|http:\/\/(localhost|127\.[\d.]+|\[::1\])[:/]|http:\/\/(localhost|127\.[\d.]+|\[::1\])$)/.test(url),
    "an https address: what comes from there goes into the image",
  );

/** A host of releases, without the slash at its end: paths are put behind it. */
export const ReleaseHost = WebAddress.transform((url) => url.replace(/\/+$/, "")).refine(
  (url) => !/[?#]/.test(url),
  "an address without query",
);

export const RegistryHost = text(/^[a-z0-9.-]+(:\d+)?$/, 'a registry host such as "docker.io"');

const timeZones = new Set(["UTC", ...Intl.supportedValuesOf("timeZone")]);
export const TimeZone = z
  .string({ error: "an IANA time zone" })
  .refine((zone) => timeZones.has(zone), 'an IANA time zone such as "America/Los_Angeles"');

export const Rate = text(
  /^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)$/,
  'an EventBridge rate such as "rate(15 minutes)"',
);
