variable "source_ami" {
  type        = string
  description = "AWS's image to look at."

  validation {
    condition     = can(regex("^ami-[a-f0-9]{8,17}$", var.source_ami))
    error_message = "Variable source_ami: An image is written like ami-0123456789abcdef0."
  }
}

variable "name" {
  type        = string
  description = "Name of the instance and its volume."
}

variable "output_dir" {
  type        = string
  description = "Directory on Packer's machine for what was found."
}

variable "region" {
  type        = string
  description = "Region in which the instance runs."

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Variable region: The region is written like us-east-1."
  }
}

variable "instance_type" {
  type        = string
  description = "A type for x86-64."

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9]+$", var.instance_type))
    error_message = "Variable instance_type: The instance type is written like m7i.xlarge."
  }
}

variable "volume_key_arn" {
  type        = string
  default     = ""
  description = "KMS key that encrypts the root volume; empty for the account's default EBS key."

  validation {
    condition     = var.volume_key_arn == "" || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$", var.volume_key_arn))
    error_message = "Variable volume_key_arn: The key is empty or written like arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab."
  }
}

variable "subnet_id" {
  type        = string
  default     = ""
  description = "Subnet of the instance; empty for a subnet of the default VPC."

  validation {
    condition     = var.subnet_id == "" || can(regex("^subnet-[a-f0-9]{8,17}$", var.subnet_id))
    error_message = "Variable subnet_id: The subnet is empty or written like subnet-0123456789abcdef0."
  }
}

# The plugin's default admits every address; this default admits none.
variable "temporary_security_group_source_cidrs" {
  type        = list(string)
  default     = ["127.0.0.1/32"]
  description = "Addresses that the temporary security group admits."

  validation {
    condition = length(var.temporary_security_group_source_cidrs) > 0 && alltrue([
      for cidr in var.temporary_security_group_source_cidrs : can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/32$|^[0-9a-f:]+/128$", cidr))
    ])
    error_message = "Variable temporary_security_group_source_cidrs: Single addresses only, written like 203.0.113.7/32."
  }
}

variable "ssh_interface" {
  type        = string
  default     = "public_ip"
  description = "Address of the instance that Packer connects to. The plugin calls it an SSH interface for WinRM too."

  validation {
    condition     = contains(["public_ip", "private_ip"], var.ssh_interface)
    error_message = "Variable ssh_interface: The interface is public_ip or private_ip."
  }
}

variable "associate_public_ip_address" {
  type        = bool
  default     = true
  description = "Whether the instance gets a public IP address."
}
