locals {
  recipe  = var.base_family == "EKS_Optimized" ? "layer" : "assemble"
  harvest = compact([var.harvest_source, var.harvest_manifest])

  errors = join(" ", compact([
    local.recipe == "assemble" && length(local.harvest) < 2 ? "Variable harvest_source: The assemble recipe needs a harvest and its manifest." : "",
    local.recipe == "layer" && length(local.harvest) > 0 ? "Variable harvest_source: Only the assemble recipe takes a harvest." : "",
  ]))

  # In Packer 1.16 the validation of a variable cannot refer to other variables. A missing key stops Packer, which then
  # prints the errors.
  no_errors = { "" = true }[local.errors]
}
