#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the container image as docker/Dockerfile says, without Docker and without a registry, and
# prints the folder that holds its files; its settings go to build/image/image.json.
#
# Its base image is made of the packages of Debian 13, from the Debian mirror that this machine
# itself uses. Ends with 77, and says why, where that is not possible: without root, without a
# Debian mirror, or where no container can run.
#
#   tests/e2e/image/build.sh             as the Dockerfile says, with the profiled binary
#   tests/e2e/image/build.sh release     with the plain release binary, in half the time
set -euo pipefail

cd "$(dirname "$0")/../../.."
kind=${1:-profiled}
work=$PWD/build/image
compiled=${XDG_CACHE_HOME:-$HOME/.cache}/mcp-gateway-image # what the compiler made before
base=docker.io/library/debian:trixie-slim
mkdir -p "$work" "$compiled"

skip() { echo "skipped: $*" >&2; exit 77; }
say() { echo "$*" >&2; }
builder() {
    buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"
}
# Runs a long command quietly: $1 names its log.
quietly() {
    local log=$work/$1.log
    shift
    "$@" >"$log" 2>&1 </dev/null || {
        tail -n 60 "$log" >&2
        say "failed: $*; all output: $log"
        return 1
    }
}

[ "$(id -u)" -eq 0 ] || skip "only root can build the image"
cmake/install-packages.sh image || skip "the tools that build images cannot be installed"

# ---- the base image ------------------------------------------------------------------------------

find_debian_mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
        'Label: Debian' 'Component: main' 2>/dev/null | sed -n 1p
}

make_base() {
    local mirror container
    mirror=$(find_debian_mirror)
    [ -n "$mirror" ] || skip "no Debian mirror in /etc/apt"
    say "Making the base image, log: build/image/base.log"
    rm -rf "$work/base"
    quietly base debootstrap --variant=minbase trixie "$work/base" "$mirror" ||
        skip "no Debian 13 from the mirror of this machine"
    container=$(builder from scratch)
    builder add --quiet "$container" "$work/base" / >/dev/null
    builder config --cmd bash "$container"
    builder run --isolation chroot "$container" -- true ||
        skip "no container can run on this machine"
    builder commit --quiet --rm "$container" "$base" >/dev/null
    rm -rf "$work/base"
}

builder inspect --type image "$base" >/dev/null 2>&1 || make_base

# ---- the image -----------------------------------------------------------------------------------

say "Building the image ($kind; minutes the first time), log: build/image/build.log"
# The compiler's cache stays outside of it, so that the next build is quick.
quietly build builder build --isolation chroot --pull-never --layers=false \
    --build-arg "BUILD=$kind" --volume "$compiled:/root/.cache/ccache" \
    --ignorefile docker/Dockerfile.dockerignore --file docker/Dockerfile --tag mcp-gateway .
builder inspect --type image mcp-gateway >"$work/image.json"

builder rm --all >/dev/null
container=$(builder from --pull-never mcp-gateway)
builder mount "$container"
