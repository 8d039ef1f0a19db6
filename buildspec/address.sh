# shellcheck shell=bash
# The address from which this container reaches the build instance. Outside a VPC, CodeBuild leaves through a pool of
# addresses, so it may change during a build.

# admit_own_address: makes this address the only one that the next instance admits.
admit_own_address() {
  local address
  address="$(own_address)" || exit
  if [[ -z "$address" ]]; then
    printf '{}' >"$RUN_DIR/address.json"
    return
  fi
  printf '{ "temporary_security_group_source_cidrs": ["%s/32"] }' "$address" >"$RUN_DIR/address.json"
}

# require_admitted_address: exits as connection if the instance that was started last does not admit this address now.
require_admitted_address() {
  local address
  address="$(own_address)" || exit
  [[ -z "$address" ]] || grep -qF "\"$address/32\"" "$RUN_DIR/address.json" ||
    fail connection "the machine did not answer, and the build's own address has changed to $address since it was started"
}

# own_address: prints the address; nothing in a VPC, where the security groups of the deployment decide.
own_address() {
  [[ -n "${ADDRESS_URL-}" ]] || return 0
  local address octet='(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
  address="$(curl --fail --silent --show-error --location --globoff --proto '=http,https' --retry 3 --max-time 30 \
    -- "$ADDRESS_URL")" ||
    fail connection "$ADDRESS_URL, which returns the build's own address, does not answer"
  [[ "$address" =~ ^$octet\.$octet\.$octet\.$octet$ ]] ||
    fail connection "$ADDRESS_URL answered \"${address:0:100}\", which is not an IPv4 address"
  printf '%s' "$address"
}
