# Shared by the scripts: where the project is, what it needs from the system, how it is built.
# Read with `source`, after `set -euo pipefail`.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

# One configuration for building and testing: with testable imports `swift test` would compile everything again.
swift_flags=(-c release)
test_flags=(-c release --disable-testable-imports)

# The data sets that stand beside the project, where they do.
if [[ -z "${CNNREPL_DATA:-}" && -d "$root/../shared/data" ]]; then
  CNNREPL_DATA="$(cd "$root/../shared/data" && pwd)"
  export CNNREPL_DATA
fi

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Installs the Debian packages that are not there yet; asks nobody anything.
need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  command -v apt-get >/dev/null || fail "install what these Debian packages hold: ${missing[*]}"
  local as_root=()
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || fail "these packages are missing and can only be installed by root: ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

need_build_packages() {
  command -v swift >/dev/null || fail "there is no swift command: install the Swift toolchain (6.0 or later) first"
  need_packages libdnnl-dev libzmq3-dev libjansson-dev libpng-dev libjpeg62-turbo-dev zlib1g-dev libedit-dev
}

# Makes a Python environment in .build/python with what the tests of Jupyter clients and notebooks use.
need_python() {
  need_packages python3 python3-venv
  python="$root/.build/python/bin/python"
  local wanted="$root/scripts/requirements.txt" stamp="$root/.build/python/requirements.txt"
  cmp -s "$wanted" "$stamp" && return
  say "installing the Python packages of scripts/requirements.txt"
  [[ -x "$python" ]] || python3 -m venv "$root/.build/python"
  "$python" -m pip install -q --disable-pip-version-check -r "$wanted"
  cp "$wanted" "$stamp"
}
