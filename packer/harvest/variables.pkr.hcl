variable "source_ami" {
  type        = string
  description = "AWS EKS image whose files are harvested."

  validation {
    condition     = can(regex("^ami-[a-f0-9]{8,17}$", var.source_ami))
    error_message = "Variable source_ami: An image is written like ami-0123456789abcdef0."
  }
}

variable "harvest_recipe" {
  type        = string
  description = "SHA-256 of the files that shape a harvest; the manifest records it."

  validation {
    condition     = can(regex("^[a-f0-9]{64}$", var.harvest_recipe))
    error_message = "Variable harvest_recipe: A SHA-256 is 64 hexadecimal digits."
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
  description = "Name of the harvest, shown on the instance."

  validation {
    condition     = can(regex("^[A-Za-z0-9()./_' @\\[\\]-]{3,128}$", var.image_name))
    error_message = "Variable image_name: EC2 takes 3 to 128 letters, digits and ()[]./-'@_ and space."
  }
}

variable "windows" {
  type        = string
  description = "Not used by the harvest."
}

variable "output_dir" {
  type        = string
  default     = ""
  description = "Not used by the harvest."
}

variable "manifest_path" {
  type        = string
  default     = ""
  description = "Not used by the harvest."
}
