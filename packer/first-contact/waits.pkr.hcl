# The limits of one look at an image.

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

variable "step_timeout" {
  type        = string
  default     = "30m"
  description = "Limit for one step."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.step_timeout))
    error_message = "Variable step_timeout: A time span is written like 30m."
  }
}

variable "aws_poll_delay_seconds" {
  type        = number
  default     = 5
  description = "Minimum seconds between two polls of the state of the instance; the plugin backs off from there."

  validation {
    condition     = var.aws_poll_delay_seconds >= 1
    error_message = "Variable aws_poll_delay_seconds: At least one second."
  }
}

variable "aws_poll_max_attempts" {
  type        = number
  default     = 360
  description = "Limit for a state, times the delay: 5 s x 360 = 30 min, for the stop at the end."

  validation {
    condition     = var.aws_poll_max_attempts >= 1
    error_message = "Variable aws_poll_max_attempts: At least one attempt."
  }
}
