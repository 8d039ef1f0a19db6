import type { GoModule } from "./go.ts";

/** The newest whose go.mod asks for no newer Go than this project's own modules. */
export const karpenter: GoModule = {
  path: "github.com/aws/karpenter-provider-aws",
  version: "v1.14.1",
  sum: "h1:WGtIQTQcxpElYMdWfWuPwaF2+9muR+hYhPZsTtoY8Gs=",
  files: ["pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml", "pkg/apis/crds/karpenter.sh_nodepools.yaml"],
};

export const eksctl: GoModule = {
  path: "github.com/eksctl-io/eksctl",
  version: "v0.230.0",
  sum: "h1:xJaYr15PnkEvmVkiaFqLv9li0rw5NrJAqy72d+AuePs=",
  files: ["pkg/apis/eksctl.io/v1alpha5/assets/schema.json"],
};
