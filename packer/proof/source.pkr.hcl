locals {
  run_tags = {
    Name                         = "proof of ${var.image_name}"
    "eks-windows-images:stage"   = var.stage
    "eks-windows-images:variant" = var.variant
    "eks-windows-images:token"   = var.token
  }
}

# No block devices: the proof needs the root volume as the image defines it.
source "amazon-ebs" "proof" {
  region        = var.region
  profile       = var.profile
  source_ami    = var.image_id
  instance_type = var.instance_type

  ami_name        = "proof-${var.token}"
  skip_create_ami = true
  run_tags        = local.run_tags
  run_volume_tags = local.run_tags

  subnet_id                             = var.subnet_id
  security_group_ids                    = var.security_group_ids
  temporary_security_group_source_cidrs = var.temporary_security_group_source_cidrs
  ssh_interface                         = var.ssh_interface
  associate_public_ip_address           = var.associate_public_ip_address
  iam_instance_profile                  = var.iam_instance_profile

  # Organizations usually deny RunInstances without required tokens. So this machine cannot tell whether the image
  # demands them by itself; buildspec/prove-image.sh asks EC2.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  user_data = join("\n", [
    "<powershell>",
    file("scripts/00-inventory.ps1"),
    file("../scripts/00-communicator.ps1"),
    file("scripts/05-winrm-open.ps1"),
    "</powershell>",
  ])
  communicator             = "winrm"
  winrm_username           = "Administrator"
  winrm_use_ssl            = true
  winrm_use_ntlm           = true
  winrm_insecure           = true # the guest creates a self-signed certificate at its first boot
  winrm_timeout            = var.winrm_timeout
  windows_password_timeout = var.windows_password_timeout

  # skip_create_ami does not skip the wait for the stop, and nothing in the guest stops the instance.
  disable_stop_instance = false

  aws_polling {
    delay_seconds = var.aws_poll_delay_seconds
    max_attempts  = var.aws_poll_max_attempts
  }
}
