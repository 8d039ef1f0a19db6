variable "stage" {
  type        = string
  description = "Stage that builds; tags every temporary resource."

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{1,64}$", var.stage))
    error_message = "Variable stage: A stage is 1 to 64 letters, digits and hyphens."
  }
}

variable "variant" {
  type        = string
  description = "Name of the variant."

  validation {
    condition     = can(regex("^[a-z0-9.-]{1,64}$", var.variant))
    error_message = "Variable variant: A variant is 1 to 64 of a-z, 0-9, dot and hyphen."
  }
}

variable "token" {
  type        = string
  description = "Identifies this build from the plan to the notification."

  validation {
    condition     = can(regex("^[a-f0-9]{64}$", var.token))
    error_message = "Variable token: A token is 64 hexadecimal digits."
  }
}

variable "image_name" {
  type        = string
  description = "Name of the new image; unique in the account and Region."

  validation {
    condition     = can(regex("^[A-Za-z0-9()./_' @\\[\\]-]{3,128}$", var.image_name))
    error_message = "Variable image_name: EC2 takes 3 to 128 letters, digits and ()[]./-'@_ and space."
  }
}

variable "windows" {
  type        = string
  description = "Windows Server release."

  validation {
    condition     = contains(["2019", "2022", "2025"], var.windows)
    error_message = "Variable windows: 2019, 2022 or 2025."
  }
}

variable "edition" {
  type        = string
  description = "Edition: Core (no desktop) or Full."

  validation {
    condition     = contains(["Core", "Full"], var.edition)
    error_message = "Variable edition: Core or Full."
  }
}

variable "base_family" {
  type        = string
  description = "Family of AWS images that source_ami belongs to."

  validation {
    condition     = contains(["EKS_Optimized", "ContainersLatest", "Base"], var.base_family)
    error_message = "Variable base_family: EKS_Optimized (the layer recipe), ContainersLatest or Base (the assemble recipe)."
  }
}

variable "source_ami" {
  type        = string
  description = "Base image. The template looks up nothing, so that it builds exactly what was planned."

  validation {
    condition     = can(regex("^ami-[a-f0-9]{8,17}$", var.source_ami))
    error_message = "Variable source_ami: An image is written like ami-0123456789abcdef0."
  }
}

variable "source_ami_released" {
  type        = string
  description = "Date on which AWS released source_ami. If it is not after patch_tuesday, the Windows build must rise."

  validation {
    condition     = can(formatdate("YYYY", "${var.source_ami_released}T00:00:00Z"))
    error_message = "Variable source_ami_released: A date is written like 2026-11-10."
  }
}

variable "harvest_source" {
  type        = string
  default     = ""
  description = "AWS EKS image whose files were harvested. Required by the assemble recipe, otherwise empty."

  validation {
    condition     = var.harvest_source == "" || can(regex("^ami-[a-f0-9]{8,17}$", var.harvest_source))
    error_message = "Variable harvest_source: Empty, or an image written like ami-0123456789abcdef0."
  }
}

variable "harvest_manifest" {
  type        = string
  default     = ""
  description = "SHA-256 of the harvest's manifest, which verifies every harvested file; empty if harvest_source is."

  validation {
    condition     = var.harvest_manifest == "" || can(regex("^[a-f0-9]{64}$", var.harvest_manifest))
    error_message = "Variable harvest_manifest: Empty, or 64 hexadecimal digits."
  }
}

variable "kubernetes_version" {
  type        = string
  description = "Minimum patch version of Kubernetes in the image."

  validation {
    condition     = can(regex("^1\\.[0-9]{2}\\.[0-9]+$", var.kubernetes_version))
    error_message = "Variable kubernetes_version: A version is written like 1.35.8."
  }
}

variable "patch_tuesday" {
  type        = string
  description = "Date of the Patch Tuesday whose updates the image must have."

  validation {
    condition     = can(formatdate("YYYY", "${var.patch_tuesday}T00:00:00Z"))
    error_message = "Variable patch_tuesday: A date is written like 2026-11-10."
  }
}

variable "container_images" {
  type        = list(string)
  default     = []
  description = "Container images to pull into the machine image, as full references."

  validation {
    condition = alltrue([for reference in var.container_images :
    can(regex("^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?$", reference))])
    error_message = "Variable container_images: A container image is a full reference such as mcr.microsoft.com/windows/nanoserver:ltsc2022."
  }
}

variable "registry_mirrors" {
  type        = map(list(string))
  default     = {}
  description = "Mirrors of each registry host, tried in this order."

  # No braces: Packer renders values for the guest as Go templates. No user name and password: hosts.toml stays in the
  # image, and the variables appear in CodeBuild's log.
  validation {
    condition = alltrue(flatten([for host, mirrors in var.registry_mirrors : [
      can(regex("^[a-z0-9.-]+(:[0-9]+)?$", host)),
      [for mirror in mirrors : can(regex("^https?://[^/@{}\"'\\s]+(/[^{}\"'\\s]*)?$", mirror))],
    ]]))
    error_message = "Variable registry_mirrors: A registry host such as docker.io, mirrors such as https://mirror.example.com, without credentials."
  }
}

variable "denied_updates" {
  type        = list(string)
  default     = []
  description = "Updates that are never installed."

  validation {
    condition     = alltrue([for update in var.denied_updates : can(regex("^KB[0-9]{6,8}$", update))])
    error_message = "Variable denied_updates: An update is written like KB5040437."
  }
}

variable "disk_gib" {
  type        = number
  description = "Size of the root volume in GiB."

  validation {
    condition     = var.disk_gib >= 50 && var.disk_gib <= 16384
    error_message = "Variable disk_gib: 50 to 16384 GiB."
  }
}

variable "disk_throughput" {
  type        = number
  description = "Throughput of the root volume in MiB/s. The image's block device mapping has it, too."

  validation {
    condition     = var.disk_throughput >= 125 && var.disk_throughput <= 1000 && floor(var.disk_throughput) == var.disk_throughput
    error_message = "Variable disk_throughput: 125 to 1000 MiB/s."
  }
}

variable "update_rounds" {
  type        = number
  description = "Rounds of Windows updates, each with a restart. Some updates are only offered after others."

  validation {
    condition     = var.update_rounds >= 1 && var.update_rounds <= 10 && floor(var.update_rounds) == var.update_rounds
    error_message = "Variable update_rounds: 1 to 10 rounds."
  }
}

variable "skip_regional_setup" {
  type        = bool
  description = "Whether a node's first start leaves language, region and time zone as the image has them."
}

variable "kubernetes_release_url" {
  type        = string
  description = "Address of the Kubernetes binaries and their .sha256 files."

  validation {
    condition     = can(regex("^https?://[^/@{}\"'\\s]+(/[^/{}\"'\\s]+)*$", var.kubernetes_release_url))
    error_message = "Variable kubernetes_release_url: An address without credentials and without a slash at its end, such as https://dl.k8s.io."
  }
}

variable "image_tags" {
  type        = map(string)
  description = "Tags of the finished image and its snapshot; they record the inputs."
}

variable "manifest_path" {
  type        = string
  description = "File to which Packer appends the ID of the image."
}

variable "output_dir" {
  type        = string
  description = "Directory for the test results and the report that Packer downloads from the guest."
}
