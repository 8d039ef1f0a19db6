locals {
  guest   = "C:/eks-windows-images"
  scripts = "${path.root}/scripts"

  # Checksums of the base64 text: Packer's functions read text only, and a custom file may be binary.
  uploads = merge({ for name in setunion(
    fileset(".", "modules/**"), fileset(".", "tests/**"), fileset(".", "custom/**"), fileset(".", "sysprep/**"), ["versions.json"]
    ) : name => sha256(filebase64("${path.root}/${name}")) },
  { for path in local.first_contact : basename(path) => sha256(filebase64(path)) })

  # What AWS's own EKS image of this Windows was found to be, if anybody has looked (npm run first-contact).
  first_contact = [for name in fileset(".", "first-contact/${var.windows}-EKS_Optimized.json") : "${path.root}/${name}"]

  environment = {
    WORK_DIRECTORY         = local.guest
    REGION                 = var.region
    RECIPE_KIND            = local.recipe
    WINDOWS                = var.windows
    EDITION                = var.edition
    KUBERNETES_VERSION     = var.kubernetes_version
    KUBERNETES_RELEASE_URL = var.kubernetes_release_url
    PATCH_TUESDAY          = var.patch_tuesday
    BASE_RELEASED          = var.source_ami_released
    CONTAINER_IMAGES       = jsonencode(var.container_images)
    REGISTRY_MIRRORS       = jsonencode(var.registry_mirrors)
    DENIED_UPDATES         = jsonencode(var.denied_updates)
    DISK_GIB               = "${var.disk_gib}"
    SERVICING_MINUTES      = "${var.servicing_minutes}"
    UPKEEP_MINUTES         = "${var.upkeep_minutes}"
    SKIP_REGIONAL_SETUP    = "${var.skip_regional_setup}"
  }

  # Registry keys whose removal a restart waits for. Packer's default also has RebootPending and PackagesPending, which
  # stay until a further restart: Packer would wait for them until its timeout.
  restart_keys = ["HKLM:SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootInProgress"]

  update_rounds = flatten([for round in range(1, var.update_rounds + 1) : [
    {
      type    = "powershell"
      name    = "windows updates, round ${round}"
      timeout = var.updates_timeout
      settings = {
        scripts          = ["${local.scripts}/20-windows-updates.ps1"]
        env              = local.environment
        elevated_user    = "SYSTEM" # the Update Agent refuses to download for an Administrator over WinRM
        valid_exit_codes = [0, 3010]
      }
    },
    {
      type    = "windows-restart"
      name    = "restart after round ${round}"
      timeout = "" # restart_timeout is the limit; its error names the cause
      settings = {
        restart_timeout = var.restart_timeout
        check_registry  = true
        registry_keys   = local.restart_keys
      }
    },
  ]])
}

# `only` marks the steps of a single recipe.
build {
  dynamic "source" {
    for_each = [local.recipe]
    labels   = ["amazon-ebs.windows"]
    content {
      name = source.value
    }
  }

  provisioner "file" {
    sources     = [for name in ["modules", "tests", "custom", "sysprep"] : "${path.root}/${name}"]
    destination = local.guest
    timeout     = var.step_timeout
  }

  provisioner "file" {
    sources     = concat(["${path.root}/versions.json"], local.first_contact)
    destination = "${local.guest}/"
    timeout     = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/10-files.ps1"]
    env     = merge(local.environment, { UPLOADS = jsonencode(local.uploads) })
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/12-prerequisites.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    only    = ["amazon-ebs.assemble"]
    scripts = ["${local.scripts}/15-containers-feature.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  # The feature is incomplete until this restart, and Windows Update offers updates by installed features.
  provisioner "windows-restart" {
    only            = ["amazon-ebs.assemble"]
    restart_timeout = var.restart_timeout
    check_registry  = true
    registry_keys   = local.restart_keys
    timeout         = ""
  }

  # One block holds scripts and restarts: with two blocks, all scripts would run before the first restart.
  # `override` carries the settings that only one of the two types has.
  dynamic "provisioner" {
    for_each = local.update_rounds
    labels   = [provisioner.value.type]
    content {
      name     = provisioner.value.name
      timeout  = provisioner.value.timeout
      override = { (local.recipe) = provisioner.value.settings }
    }
  }

  provisioner "powershell" {
    scripts       = ["${local.scripts}/25-updates-complete.ps1"]
    env           = local.environment
    elevated_user = "SYSTEM"
    timeout       = var.step_timeout
  }

  provisioner "powershell" {
    scripts       = ["${local.scripts}/27-upkeep.ps1"]
    env           = local.environment
    elevated_user = "SYSTEM"
    timeout       = var.upkeep_timeout
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/30-aws-cli.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    only    = ["amazon-ebs.assemble"]
    scripts = ["${local.scripts}/31-harvested-files.ps1"]
    env = merge(local.environment, {
      HARVEST_URL      = "s3://${var.bucket}/harvest/${var.harvest_source}"
      HARVEST_MANIFEST = var.harvest_manifest
    })
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    only    = ["amazon-ebs.assemble"]
    scripts = ["${local.scripts}/32-containerd-install.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/33-kubernetes.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/34-eks-tools.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/36-first-start.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/40-containerd.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/50-container-images.ps1"]
    env     = local.environment
    timeout = var.container_images_timeout
  }

  provisioner "powershell" {
    scripts       = ["${local.scripts}/60-custom.ps1"]
    env           = local.environment
    elevated_user = "SYSTEM" # a network logon may not do what many installers do
    timeout       = var.custom_timeout
  }

  # Windows finishes what a custom script left for the next start before the tests run, and starts without a page file.
  provisioner "windows-restart" {
    restart_timeout = var.restart_timeout
    check_registry  = true
    registry_keys   = local.restart_keys
    timeout         = ""
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/65-page-file.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/70-verify.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  provisioner "powershell" {
    scripts = ["${local.scripts}/80-report.ps1"]
    env     = local.environment
    timeout = var.step_timeout
  }

  provisioner "file" {
    direction   = "download"
    sources     = [for name in ["tests.json", "report.json"] : "${local.guest}/output/${name}"]
    destination = "${var.output_dir}/"
    timeout     = var.step_timeout
  }

  dynamic "provisioner" {
    for_each = var.edition == "Full" ? ["85-appx"] : [] # Core has no apps
    labels   = ["powershell"]
    content {
      scripts       = ["${local.scripts}/${provisioner.value}.ps1"]
      env           = local.environment
      elevated_user = "SYSTEM" # an Administrator over WinRM may not remove the apps of other users
      timeout       = var.step_timeout
    }
  }

  # This is the last step, without Packer's clean-up script: a minute later the guest generalizes and stops itself.
  provisioner "powershell" {
    scripts    = ["${local.scripts}/90-sysprep.ps1"]
    env        = local.environment
    skip_clean = true
    timeout    = var.step_timeout
  }

  post-processor "manifest" {
    output      = var.manifest_path
    custom_data = { token = var.token }
  }
}
