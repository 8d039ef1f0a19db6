#!/usr/bin/env bash
# Stops unless the received source is the recipe that was asked for: a deployment may have put another one in its place.
set -euo pipefail
. buildspec/outcome.sh

received="$(find packer buildspec -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1)"
[[ "$received" == "${RECIPE-}" ]] || fail recipe "the received source is recipe $received, asked for was ${RECIPE-}"
