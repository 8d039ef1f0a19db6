import { orderBuild } from "../../functions/build-orders.ts";
import { parseConfiguration } from "../../functions/configuration.ts";

/**
 * Packer's variables as the service itself sends them with a build: a variable that is renamed on one side only does not pass a check of
 * the templates.
 */
export function orderedVariables(): Record<string, unknown> {
  const configuration = parseConfiguration({
    variants: [
      {
        windows: 2022,
        kubernetes: "1.35",
        containerImages: ["mcr.microsoft.com/windows/nanoserver:ltsc2022"],
        registryMirrors: {
          "docker.io": ["https://mirror.example.com/v2/docker", "https://mirror.example.com/team@2/x"],
        },
        deniedUpdates: ["KB5040437"],
      },
    ],
  });
  const [variant] = configuration.variants;
  if (!variant) throw new Error("ordering a build: the configuration has no variant");
  const recipe = "a".repeat(64);
  const inputs = {
    baseAmi: "ami-0123456789abcdef0",
    kubernetes: "1.35.8",
    patchTuesday: "2026-11-10",
    recipe,
    settings: "b".repeat(64),
  };
  const wish = { purpose: "build" as const, variant, inputs, attempt: 1, reasons: ["first image of the variant"] };
  const { variables } = orderBuild(wish, { stage: "production", recipe, configuration });
  return JSON.parse(variables.PACKER_VARIABLES ?? "");
}

/** What the infrastructure adds, in a VPC of the user's. */
export const deploymentVariables = {
  region: "us-east-1",
  instance_type: "m7i.xlarge",
  subnet_id: "subnet-0123456789abcdef0",
  security_group_ids: ["sg-0123456789abcdef0"],
  ssh_interface: "private_ip",
  associate_public_ip_address: false,
  iam_instance_profile: "guest",
};
