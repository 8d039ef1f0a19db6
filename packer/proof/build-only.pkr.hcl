# Variables that only the build uses. They are declared here because both templates get the same documents.

variable "edition" {
  type        = string
  description = "Not used by the proof."
}

variable "base_family" {
  type        = string
  description = "Not used by the proof."
}

variable "source_ami" {
  type        = string
  description = "Not used by the proof."
}

variable "patch_tuesday" {
  type        = string
  description = "Not used by the proof."
}

variable "registry_mirrors" {
  type        = map(list(string))
  description = "Not used by the proof."
}

variable "denied_updates" {
  type        = list(string)
  description = "Not used by the proof."
}

variable "disk_gib" {
  type        = number
  description = "Not used by the proof."
}

variable "disk_throughput" {
  type        = number
  description = "Not used by the proof."
}

variable "update_rounds" {
  type        = number
  description = "Not used by the proof."
}

variable "skip_regional_setup" {
  type        = bool
  description = "Not used by the proof."
}

variable "source_ami_released" {
  type        = string
  default     = ""
  description = "Not used by the proof."
}

variable "harvest_source" {
  type        = string
  default     = ""
  description = "Not used by the proof."
}

variable "harvest_manifest" {
  type        = string
  default     = ""
  description = "Not used by the proof."
}

variable "kubernetes_release_url" {
  type        = string
  description = "Not used by the proof."
}

variable "image_tags" {
  type        = map(string)
  description = "Not used by the proof."
}

variable "manifest_path" {
  type        = string
  default     = ""
  description = "Not used by the proof."
}
