locals {
  # The image and its snapshot have these tags from their creation. They identify, by token, what a killed build leaves
  # behind.
  run_tags = {
    Name                         = var.image_name
    "eks-windows-images:stage"   = var.stage
    "eks-windows-images:variant" = var.variant
    "eks-windows-images:token"   = var.token
  }
}

# The source of both recipes. The build refers to it by the name of its recipe.
source "amazon-ebs" "windows" {
  region        = var.region
  source_ami    = var.source_ami
  instance_type = var.instance_type

  ami_name        = var.image_name
  ami_description = "Windows ${var.windows} ${var.edition} for EKS, Kubernetes ${var.kubernetes_version}, updates of ${var.patch_tuesday}"
  imds_support    = "v2.0"
  tags            = merge(local.run_tags, var.image_tags)
  snapshot_tags   = merge(local.run_tags, var.image_tags)
  run_tags        = local.run_tags
  run_volume_tags = local.run_tags

  subnet_id                             = var.subnet_id
  security_group_ids                    = var.security_group_ids
  temporary_security_group_source_cidrs = var.temporary_security_group_source_cidrs
  ssh_interface                         = var.ssh_interface
  associate_public_ip_address           = var.associate_public_ip_address
  iam_instance_profile                  = var.iam_instance_profile

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  launch_block_device_mappings {
    device_name           = "/dev/sda1"
    volume_type           = "gp3"
    volume_size           = var.disk_gib
    throughput            = var.disk_throughput
    iops                  = max(3000, 4 * var.disk_throughput) # EC2 takes at most 0.25 MiB/s for each; 3000 are gp3's least
    encrypted             = true
    kms_key_id            = var.volume_key_arn == "" ? null : var.volume_key_arn
    delete_on_termination = true
  }

  user_data                = join("\n", ["<powershell>", file("scripts/00-communicator.ps1"), "</powershell>"])
  communicator             = "winrm"
  winrm_username           = "Administrator"
  winrm_use_ssl            = true
  winrm_use_ntlm           = true
  winrm_insecure           = true # the guest creates a self-signed certificate at its first boot
  winrm_timeout            = var.winrm_timeout
  windows_password_timeout = var.windows_password_timeout

  # The guest stops itself once it is generalized. A StopInstances call by Packer would interrupt sysprep.
  disable_stop_instance = true

  aws_polling {
    delay_seconds = var.aws_poll_delay_seconds
    max_attempts  = var.aws_poll_max_attempts
  }
}
