locals {
  guest = "C:/eks-windows-images-first-contact"
}

# Looks at a machine of an image with nothing changed (npm run first-contact).
build {
  sources = ["source.amazon-ebs.first-contact"]

  provisioner "file" {
    source      = "${path.root}/../modules"
    destination = local.guest
    timeout     = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${path.root}/scripts/10-first-contact.ps1"]
    env     = { WORK_DIRECTORY = local.guest }
    timeout = var.step_timeout
  }

  provisioner "file" {
    direction   = "download"
    source      = "${local.guest}/output/first-contact.json"
    destination = "${var.output_dir}/"
    timeout     = var.step_timeout
  }
}
