#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the fastest binary, build/profiled/mcp-gateway, in three steps: one that counts what runs,
# ten seconds of calls to it, and one whose hot paths are laid out by these counts. Takes about
# twice as long as build-preset.sh release.
#
#   cmake/build-profiled.sh
set -eu

cd "$(dirname "$0")/.."
training=build/training

cmake/build-preset.sh training mcp-gateway speed_bench
rm -rf "$training/profile"
echo "Training build/training/mcp-gateway" >&2
# Ends with 1 when it misses its targets, as a binary that counts always does.
"$training/tests/bench/speed/speed_bench" --gateway="$training/mcp-gateway" \
    --only=calls,events,lists,transports --rounds=1 --seconds=0.3 >"$training/training.log" 2>&1 ||
    [ $? -eq 1 ] || {
    tail -n 20 "$training/training.log" >&2
    echo "The training failed; all output: $training/training.log" >&2
    exit 1
}
[ -n "$(find "$training/profile" -name '*call_relay*.gcda' 2>/dev/null)" ] || {
    tail -n 20 "$training/training.log" >&2
    echo "The training counted nothing; its output: $training/training.log" >&2
    exit 1
}
cmake/build-preset.sh profiled
