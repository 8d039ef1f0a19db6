# CodeBuild's timeout must exceed this sum: password + WinRM + rounds x (updates + restart) + upkeep + images + custom +
# 19 x step + 2 x restart + 4 x (delay x attempts), because Packer waits for AWS four times: for the instance to run, to
# stop, to be imaged and to terminate. A provisioner's timeout stops nothing: Packer 1.16 only logs that it cancels.
# buildspec/run-packer.mjs then stops Packer.

variable "windows_password_timeout" {
  type        = string
  default     = "30m"
  description = "Limit for EC2 to provide the Administrator's password."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.windows_password_timeout))
    error_message = "Variable windows_password_timeout: A time span is written like 30m."
  }
}

variable "winrm_timeout" {
  type        = string
  default     = "30m"
  description = "Limit for the guest to answer over WinRM after that."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.winrm_timeout))
    error_message = "Variable winrm_timeout: A time span is written like 30m."
  }
}

variable "updates_timeout" {
  type        = string
  default     = "105m"
  description = "Limit for one round of Windows updates."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.updates_timeout))
    error_message = "Variable updates_timeout: A time span is written like 105m."
  }
}

variable "servicing_minutes" {
  type        = number
  default     = 30
  description = "Limit for the wait for Windows Modules Installer at the end of each round; part of updates_timeout."

  validation {
    condition     = var.servicing_minutes >= 1 && var.servicing_minutes <= 60
    error_message = "Variable servicing_minutes: 1 to 60 minutes."
  }
}

variable "upkeep_timeout" {
  type        = string
  default     = "1h"
  description = "Limit for compiling .NET's assemblies and cleaning up Windows' components after the updates."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.upkeep_timeout))
    error_message = "Variable upkeep_timeout: A time span is written like 1h."
  }
}

variable "upkeep_minutes" {
  type        = number
  default     = 45
  description = "After this the guest stops what is still running of that, without failing; part of upkeep_timeout."

  validation {
    condition     = var.upkeep_minutes >= 1 && var.upkeep_minutes <= 55
    error_message = "Variable upkeep_minutes: 1 to 55 minutes."
  }
}

variable "restart_timeout" {
  type        = string
  default     = "1h"
  description = "Limit for a restart, during which Windows finishes cumulative updates."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.restart_timeout))
    error_message = "Variable restart_timeout: A time span is written like 1h."
  }
}

variable "container_images_timeout" {
  type        = string
  default     = "2h"
  description = "Limit for pulling all container images; Windows layers have gigabytes."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.container_images_timeout))
    error_message = "Variable container_images_timeout: A time span is written like 2h."
  }
}

variable "custom_timeout" {
  type        = string
  default     = "30m"
  description = "Limit for all custom scripts together."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.custom_timeout))
    error_message = "Variable custom_timeout: A time span is written like 30m."
  }
}

variable "step_timeout" {
  type        = string
  default     = "15m"
  description = "Limit for any other step."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.step_timeout))
    error_message = "Variable step_timeout: A time span is written like 30m."
  }
}

variable "aws_poll_delay_seconds" {
  type        = number
  default     = 5
  description = "Minimum seconds between two polls of the state of an instance or image; the plugin backs off from there."

  validation {
    condition     = var.aws_poll_delay_seconds >= 1
    error_message = "Variable aws_poll_delay_seconds: At least one second."
  }
}

variable "aws_poll_max_attempts" {
  type        = number
  default     = 1080
  description = "Limit for a state, times the delay: 5 s x 1080 = 90 min, which sysprep and the snapshot need."

  validation {
    condition     = var.aws_poll_max_attempts >= 1
    error_message = "Variable aws_poll_max_attempts: At least one attempt."
  }
}
