locals {
  guest = "C:/eks-windows-images-proof"
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
