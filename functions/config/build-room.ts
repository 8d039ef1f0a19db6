import type { Policies } from "./policies.ts";
import type { Variant } from "./variant.ts";

/** CodeBuild passes the settings in environment variables, which may have 5,500 characters in total. */
const maxSettingsLength = 1740;

/** Characters of the default addresses, for which the other variables leave room. */
const usualAddresses = "https://dl.k8s.io https://releases.hashicorp.com https://checkip.amazonaws.com".length - 2;

/** What is allowed instead of settings that leave a build's variables no room; undefined if they fit. */
export function whyNoRoom(variant: Variant, policies: Policies): string | undefined {
  const { containerImages, registryMirrors, deniedUpdates } = variant;
  const { kubernetesReleaseUrl, packerReleaseUrl, network } = policies;
  const addresses = [kubernetesReleaseUrl, packerReleaseUrl, network.kind === "public" ? network.addressUrl : ""].join(
    "",
  );
  const room = maxSettingsLength - Math.max(0, addresses.length - usualAddresses);
  if (JSON.stringify([containerImages, registryMirrors, deniedUpdates]).length <= room) return undefined;
  return `fewer: a variant's container images, mirrors and denied updates have at most ${room} characters together, fewer with longer addresses in policies`;
}
