#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What docker/Dockerfile.dockerignore lets into the image's build is enough to configure it.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd -P)
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT INT TERM

cd "$root"
sed -n 's/^!//p' docker/Dockerfile.dockerignore | tar -cf - -T - | tar -xf - -C "$context"
cd "$context"
grep -q 'cmake/build-profiled.sh' "$root/docker/Dockerfile" # what is built there
for preset in training profiled; do
    cmake --preset "$preset" >"$context/log" 2>&1 || {
        tail -n 30 "$context/log" >&2
        exit 1
    }
done
