locals {
  guest = "C:/eks-windows-images-harvest"
}

# Copies what AWS publishes only inside its own images from such an image to the user's bucket.
build {
  sources = ["source.amazon-ebs.harvest"]

  provisioner "file" {
    source      = "${path.root}/../modules"
    destination = local.guest
    timeout     = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${path.root}/scripts/10-harvest.ps1"]
    env = {
      WORK_DIRECTORY = local.guest
      REGION         = var.region
      HARVEST_URL    = "s3://${var.bucket}/harvest/${var.source_ami}"
      HARVEST_RECIPE = var.harvest_recipe
    }
    timeout = var.step_timeout
  }
}
