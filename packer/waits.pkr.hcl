# CodeBuild's timeout must be above the sum: password + WinRM + rounds x (updates + restart) + images + custom + 17 x step + 2 x restart
# + 4 x (delay x attempts), because AWS is waited for four times: the instance runs, has stopped, is imaged, is terminated.
# A provisioner's timeout ends nothing: Packer 1.16 only says that it cancels. Who runs Packer must stop it then (buildspec/run-packer.mjs).

variable "windows_password_timeout" {
  type        = string
  default     = "30m"
  description = "How long EC2 may take to hold the Administrator's password ready."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.windows_password_timeout))
    error_message = "Variable windows_password_timeout: A time span is written like 30m."
  }
}

variable "winrm_timeout" {
  type        = string
  default     = "30m"
  description = "How long the guest may take to answer over WinRM after that."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.winrm_timeout))
    error_message = "Variable winrm_timeout: A time span is written like 30m."
  }
}

variable "updates_timeout" {
  type        = string
  default     = "2h"
  description = "How long one round of Windows updates may take."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.updates_timeout))
    error_message = "Variable updates_timeout: A time span is written like 2h."
  }
}

variable "servicing_minutes" {
  type        = number
  default     = 30
  description = "How long a round of updates waits at its end for Windows' Modules Installer; part of updates_timeout."

  validation {
    condition     = var.servicing_minutes >= 1 && var.servicing_minutes <= 60
    error_message = "Variable servicing_minutes: 1 to 60 minutes."
  }
}

variable "restart_timeout" {
  type        = string
  default     = "1h"
  description = "How long a restart may take; cumulative updates are finished during it."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.restart_timeout))
    error_message = "Variable restart_timeout: A time span is written like 1h."
  }
}

variable "container_images_timeout" {
  type        = string
  default     = "2h"
  description = "How long pulling all container images may take; Windows layers have gigabytes."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.container_images_timeout))
    error_message = "Variable container_images_timeout: A time span is written like 2h."
  }
}

variable "custom_timeout" {
  type        = string
  default     = "30m"
  description = "How long the user's own scripts may take altogether."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.custom_timeout))
    error_message = "Variable custom_timeout: A time span is written like 30m."
  }
}

variable "step_timeout" {
  type        = string
  default     = "15m"
  description = "How long any other step may take."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.step_timeout))
    error_message = "Variable step_timeout: A time span is written like 30m."
  }
}

variable "aws_poll_delay_seconds" {
  type        = number
  default     = 5
  description = "Shortest pause between two looks at the state of instance or image; the plugin lengthens it by itself."

  validation {
    condition     = var.aws_poll_delay_seconds >= 1
    error_message = "Variable aws_poll_delay_seconds: At least one second."
  }
}

variable "aws_poll_max_attempts" {
  type        = number
  default     = 1080
  description = "With the delay, how long to wait for a state: 5 s x 1080 = 90 min, for sysprep and for the snapshot among them."

  validation {
    condition     = var.aws_poll_max_attempts >= 1
    error_message = "Variable aws_poll_max_attempts: At least one attempt."
  }
}
