variable "image_id" {
  type        = string
  description = "The image to prove."

  validation {
    condition     = can(regex("^ami-[a-f0-9]{8,17}$", var.image_id))
    error_message = "Variable image_id: An image is written like ami-0123456789abcdef0."
  }
}

variable "stage" {
  type        = string
  description = "Stage that builds; tags every temporary resource."

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{1,64}$", var.stage))
    error_message = "Variable stage: A stage is 1 to 64 letters, digits and hyphens."
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

variable "kubernetes_version" {
  type        = string
  description = "Minimum patch version of Kubernetes in the image."

  validation {
    condition     = can(regex("^1\\.[0-9]{2}\\.[0-9]+$", var.kubernetes_version))
    error_message = "Variable kubernetes_version: A version is written like 1.35.8."
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

variable "profile" {
  type        = string
  default     = ""
  description = "AWS profile whose role starts the instance; empty for the role of the build."

  validation {
    condition     = can(regex("^[a-z]*$", var.profile))
    error_message = "Variable profile: A profile is a word of a-z, or empty."
  }
}

variable "output_dir" {
  type        = string
  description = "Directory for proof.json."
}
