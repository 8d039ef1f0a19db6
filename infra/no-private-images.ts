import { privateRepositories } from "./private-images.ts";

// Otherwise each build would fail after an hour, in packer/scripts/50-container-images.ps1. Once that step logs in,
// this file and its line in sst.config.ts go.
if (privateRepositories.length > 0)
  throw new Error(
    `config.ts: containerImages has images of private ECR registries, which the guest cannot pull yet: it has the permissions and does not log in. Take these out: ${privateRepositories.map(({ arn }) => arn).join(", ")}`,
  );
