locals {
  guest   = "C:/eks-windows-images"
  scripts = "${path.root}/scripts"

  # Sums over the base64 text, because Packer's functions read text only and a custom file may be anything.
  uploads = { for name in setunion(
    fileset(".", "modules/**"), fileset(".", "tests/**"), fileset(".", "custom/**"), fileset(".", "sysprep/**"), ["versions.json"]
  ) : name => sha256(filebase64("${path.root}/${name}")) }

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
  }

  # What a restart waits for besides the machine itself. Not for RebootPending and PackagesPending, as Packer does unless told otherwise: they
  # stay until a further restart, which Packer does not make, and it would wait for them until its time is over.
  restart_keys = ["HKLM:SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootInProgress"]

  update_rounds = flatten([for round in range(1, var.update_rounds + 1) : [
    {
      type    = "powershell"
      name    = "windows updates, round ${round}"
      timeout = var.updates_timeout
      settings = {
        scripts          = ["${local.scripts}/20-windows-updates.ps1"]
        env              = local.environment
        elevated_user    = "SYSTEM" # as Administrator over WinRM the Update Agent refuses to download
        valid_exit_codes = [0, 3010]
      }
    },
    {
      type    = "windows-restart"
      name    = "restart after round ${round}"
      timeout = "" # restart_timeout is the limit and says in its own words what took too long
      settings = {
        restart_timeout = var.restart_timeout
        check_registry  = true
        registry_keys   = local.restart_keys
      }
    },
  ]])
}

# A step of one recipe alone says so with `only`.
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
    source      = "${path.root}/versions.json"
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

  # Until then the feature is only half there, and updates are chosen by what is there.
  provisioner "windows-restart" {
    only            = ["amazon-ebs.assemble"]
    restart_timeout = var.restart_timeout
    check_registry  = true
    registry_keys   = local.restart_keys
    timeout         = ""
  }

  # One block for scripts and restarts: of two, the first would run all its rounds before the second.
  # `override` carries the settings that only one of the two types knows.
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
    scripts = ["${local.scripts}/60-custom.ps1"]
    env     = local.environment
    timeout = var.custom_timeout
  }

  # What a custom script left for the next start is finished before anybody looks.
  provisioner "windows-restart" {
    restart_timeout = var.restart_timeout
    check_registry  = true
    registry_keys   = local.restart_keys
    timeout         = ""
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
      elevated_user = "SYSTEM" # removing another user's app takes more than Administrator has over WinRM
      timeout       = var.step_timeout
    }
  }

  # Nothing may follow, not even Packer's own clean-up script: a minute later the guest generalizes and stops itself.
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
