/** A container image that is wanted in the machine image. */
export const reference = "mcr.microsoft.com/windows/nanoserver:ltsc2022";
/** On all that a run makes, from its first moment. */
export const runTags = {
  Name: "windows-2022-core-1.35-2026.11.10-0123456789ab",
  "eks-windows-images:stage": "production",
  "eks-windows-images:variant": "windows-2022-core-1.35",
  "eks-windows-images:token": "0123456789abcdef".repeat(4),
};
/** On the finished image and its snapshot besides. */
export const inputTags = {
  "eks-windows-images:reasons": "first image",
  "eks-windows-images:input:kubernetes": "1.35.8",
  "eks-windows-images:input:patchTuesday": "2026-11-10",
};
/** What the plan hands to Packer, source_ami apart. */
export const variables = {
  stage: runTags["eks-windows-images:stage"],
  variant: runTags["eks-windows-images:variant"],
  token: runTags["eks-windows-images:token"],
  image_name: runTags.Name,
  windows: "2022",
  edition: "Core",
  base_family: "EKS_Optimized",
  kubernetes_version: "1.35.8",
  patch_tuesday: "2026-11-10",
  container_images: [reference],
  registry_mirrors: { "docker.io": ["https://mirror.example.com/v2/docker"] },
  denied_updates: ["KB5040437"],
  disk_gib: 120,
  update_rounds: 2,
  kubernetes_release_url: "https://dl.k8s.io",
  image_tags: inputTags,
};
