locals {
  guest = "C:/eks-windows-images-proof"

  # The checks that passed on AWS's own EKS image of this Windows; none before anybody has looked (npm run
  # first-contact).
  holds_on_aws = flatten([for name in fileset("..", "first-contact/${var.windows}-EKS_Optimized.json") : [
    for check in coalesce(jsondecode(file("../${name}")).facts.checks, []) : check.name if check.passed
  ]])
}

build {
  sources = ["source.amazon-ebs.proof"]

  provisioner "file" {
    source      = "${path.root}/../modules"
    destination = local.guest
    timeout     = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${path.root}/scripts/10-checks.ps1"]
    env = {
      WORK_DIRECTORY     = local.guest
      KUBERNETES_VERSION = var.kubernetes_version
      CONTAINER_IMAGES   = jsonencode(var.container_images)
      HOLDS_ON_AWS       = jsonencode(local.holds_on_aws)
    }
    timeout = var.step_timeout
  }

  provisioner "file" {
    direction   = "download"
    source      = "${local.guest}/output/proof.json"
    destination = "${var.output_dir}/"
    timeout     = var.step_timeout
  }
}
