#!/usr/bin/env bash
# Stops unless the received source is the ordered recipe. A deployment may have replaced it since.
set -euo pipefail
. buildspec/outcome.sh

received="$(find packer buildspec -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1)"
[[ "$received" == "${RECIPE-}" ]] || fail recipe "the received source is recipe $received, expected ${RECIPE-}"
