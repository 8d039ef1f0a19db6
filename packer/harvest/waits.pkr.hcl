# CodeBuild's timeout must be above the sum: password + WinRM + 2 x step + 3 x (delay x attempts). AWS is waited for three times: the instance
# runs, has stopped, is terminated.

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

variable "step_timeout" {
  type        = string
  default     = "30m"
  description = "How long a step may take."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.step_timeout))
    error_message = "Variable step_timeout: A time span is written like 30m."
  }
}

variable "aws_poll_delay_seconds" {
  type        = number
  default     = 5
  description = "Shortest pause between two looks at the state of the instance; the plugin lengthens it by itself."

  validation {
    condition     = var.aws_poll_delay_seconds >= 1
    error_message = "Variable aws_poll_delay_seconds: At least one second."
  }
}

variable "aws_poll_max_attempts" {
  type        = number
  default     = 360
  description = "With the delay, how long to wait for a state: 5 s x 360 = 30 min, for the stop at the end."

  validation {
    condition     = var.aws_poll_max_attempts >= 1
    error_message = "Variable aws_poll_max_attempts: At least one attempt."
  }
}
