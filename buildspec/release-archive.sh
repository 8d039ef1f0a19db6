# shellcheck shell=bash
# Functions that install what HashiCorp's release host, or a mirror of it, has as archives.

# read_pin FILE PRODUCT: sets sha256, archive and version to what the only line of FILE says.
read_pin() {
  local line
  line="$(grep -v '^#' "$1" || true)"
  [[ "$line" =~ ^([0-9a-f]{64}|null)\ \ ($2_([0-9]+\.[0-9]+\.[0-9]+)_linux_amd64\.zip)$ ]] ||
    fail checksum "$1 names no SHA-256 for an archive of $2"
  sha256="${BASH_REMATCH[1]}" archive="${BASH_REMATCH[2]}" version="${BASH_REMATCH[3]}"
}

# unpack_pinned PRODUCT FILE DIRECTORY: downloads the archive that read_pin has read, and unpacks FILE, which may be a
# pattern, into DIRECTORY once the archive's SHA-256 is the pinned one.
unpack_pinned() {
  local url="${PACKER_RELEASE_URL-}/$1/$version/$archive" status received
  [[ "$sha256" != null ]] || fail checksum "no SHA-256 is pinned for $archive: npm run pin fetches it from HashiCorp"
  status="$(curl --silent --show-error --location --globoff --proto '=http,https' --retry 3 --max-time 600 \
    --output "$3/$archive" --write-out '%{http_code}' -- "$url")" ||
    fail download "$url cannot be downloaded"
  case "$status" in
    200) ;;
    # Nobody will put it there: the address is wrong (policies.packerReleaseUrl).
    404 | 410) fail template "$url does not exist (HTTP $status)" ;;
    *) fail download "$url cannot be downloaded (HTTP $status)" ;;
  esac
  received="$(sha256sum "$3/$archive" | cut -d ' ' -f 1)"
  [[ "$received" == "$sha256" ]] || fail checksum "$url has the SHA-256 $received, pinned is $sha256"
  unzip -q -o "$3/$archive" "$2" -d "$3" >&2 || fail template "$url contains no file $2"
}
