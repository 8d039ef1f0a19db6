source "amazon-ebs" "first-contact" {
  region        = var.region
  source_ami    = var.source_ami
  instance_type = var.instance_type

  ami_name        = "first-contact"
  skip_create_ami = true
  run_tags        = { Name = var.name }
  run_volume_tags = { Name = var.name }

  subnet_id                             = var.subnet_id
  temporary_security_group_source_cidrs = var.temporary_security_group_source_cidrs
  ssh_interface                         = var.ssh_interface
  associate_public_ip_address           = var.associate_public_ip_address

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # No size: the volume is as large as that of the image.
  launch_block_device_mappings {
    device_name           = "/dev/sda1"
    volume_type           = "gp3"
    encrypted             = true
    kms_key_id            = var.volume_key_arn == "" ? null : var.volume_key_arn
    delete_on_termination = true
  }

  user_data                = join("\n", ["<powershell>", file("../scripts/00-communicator.ps1"), "</powershell>"])
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
