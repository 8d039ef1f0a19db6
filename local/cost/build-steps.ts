/** What is paid by the hour while a step lasts, besides CodeBuild. A stopped machine costs its disk only. */
export type Machine = "builder" | "stopped builder" | "proof";

/** One step of a build, in the order of `packer/build.pkr.hcl`. */
export interface BuildStep {
  name: string;
  /** As published for machines like the build's, or assumed. */
  minutes: number;
  /** The slowest that is published, or assumed. */
  slowest: number;
  /** Undefined while there is none. */
  machine: Machine | undefined;
}

/**
 * The steps of a build with all updates of a Patch Tuesday. No build has ever run on AWS, so the times come from others'
 * public logs; those without a source are assumptions. The sources, in the order of the steps:
 * - start: buildkite/elastic-ci-stack-for-aws#595 (Windows Server 2019 is online after about 6 minutes);
 *   Packer's own message while it waits for the password ("usually around 5", "up to 15")
 * - updates: ansible-collections/ansible.windows#180 (three updates of Windows Server 2019, 07:43:28 to 08:03:13);
 *   adoptium/infrastructure#3462 (an outdated Windows Server 2022, 14:06:57 to 14:42:35)
 * - restart: the latter (14:42:35 to 14:47:52); rgl/packer-plugin-windows-update#36 (8 minutes with another search)
 * - second round: a search of 2.5 minutes (rgl/packer-plugin-windows-update#74, 14:40:35 to 14:43:05) and a restart
 * - container images: an IIS image on an EKS node of four cores in 10 minutes (hackernoon.com, "How I Reduced EKS
 *   Windows Node Start Time From 5 Min to 90s"); 7 GB in 18 minutes (microsoft/containerregistry#35)
 * - sysprep: rgl/packer-plugin-windows-update#36 (4 minutes); MicrosoftDocs/azure-docs#41532 ("could take 10 mins")
 * - image: buildkite/elastic-ci-stack-for-aws#1239 and #1661 (20 to 21 minutes for a whole Windows build without
 *   updates, which leaves 8); hashicorp/packer-plugin-amazon#642 (27 minutes for Windows Server 2022)
 * - start of the proof: 242 s for a custom image (AWS, "Launch Microsoft Windows Server instances on Amazon EC2 up to 65%
 *   faster than before") and WinRM; 15 minutes "or longer" (EC2 user guide, "Windows fast launch")
 */
export const buildSteps: readonly BuildStep[] = [
  { name: "CodeBuild starts and installs Packer", minutes: 2, slowest: 4, machine: undefined },
  { name: "the builder starts", minutes: 6, slowest: 15, machine: "builder" },
  { name: "files and prerequisites", minutes: 1, slowest: 2, machine: "builder" },
  { name: "Windows updates, first round", minutes: 20, slowest: 36, machine: "builder" },
  { name: "restart with updates", minutes: 6, slowest: 8, machine: "builder" },
  { name: "Windows updates, second round", minutes: 5, slowest: 5, machine: "builder" },
  { name: "upkeep", minutes: 5, slowest: 15, machine: "builder" },
  { name: "Kubernetes, EKS tools and containerd", minutes: 3, slowest: 5, machine: "builder" },
  { name: "container images", minutes: 10, slowest: 18, machine: "builder" },
  { name: "custom steps, restart and tests", minutes: 5, slowest: 8, machine: "builder" },
  { name: "sysprep", minutes: 4, slowest: 10, machine: "builder" },
  { name: "snapshot and image", minutes: 8, slowest: 27, machine: "stopped builder" },
  { name: "records and report", minutes: 1, slowest: 1, machine: undefined },
  { name: "the proof's machine starts", minutes: 5, slowest: 15, machine: "proof" },
  { name: "checks", minutes: 3, slowest: 5, machine: "proof" },
  { name: "the proof's machine ends", minutes: 3, slowest: 5, machine: "proof" },
];

/** How long a build takes from its start in CodeBuild to its proof, in minutes. */
export function minutesOfBuild(time: "minutes" | "slowest"): number {
  return buildSteps.reduce((sum, step) => sum + step[time], 0);
}
