#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Configures and builds one preset, quietly: the output goes to build/PRESET.log, and is shown when
# it fails.
#
#   cmake/build-preset.sh release
#   cmake/build-preset.sh training mcp-gateway speed_bench    # these targets alone
set -eu

preset=${1:?usage: build-preset.sh PRESET [TARGET...]}
shift
cd "$(dirname "$0")/.."

# The packaged tools, whatever else the environment brings along.
PATH=/usr/bin:/bin:$PATH
unset CC CFLAGS CXXFLAGS CPPFLAGS LDFLAGS CMAKE_PREFIX_PATH CMAKE_GENERATOR CMAKE_TOOLCHAIN_FILE
export PATH CXX=/usr/bin/c++

# One job for each processor, but not more than memory allows: a heavy file takes up to 2 GiB.
jobs=$(nproc)
memory_jobs=$(awk '/^MemAvailable:/ { print int($2 / 2097152) }' /proc/meminfo)
[ "${memory_jobs:-1}" -ge "$jobs" ] || jobs=${memory_jobs:-1}
container_bytes=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
if [ "$container_bytes" != max ] && [ $((container_bytes / 2147483648)) -lt "$jobs" ]; then
    jobs=$((container_bytes / 2147483648))
fi
[ "$jobs" -ge 1 ] || jobs=1
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$jobs}"

# A tree that was configured elsewhere (a container, a moved clone) cannot be built here.
cache=build/$preset/CMakeCache.txt
if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then
    rm -rf "build/$preset"
fi

mkdir -p build
[ -f "build/$preset/build.ninja" ] ||
    echo "Building build/$preset (minutes the first time), log: build/$preset.log" >&2
if [ "$preset" = release ]; then
    set -- cmake --workflow --preset release
else
    # The other workflows run ctest too; here that is the caller's part.
    set -- sh -c "cmake --preset $preset && cmake --build --preset $preset ${*:+--target $*}"
fi
"$@" >"build/$preset.log" 2>&1 || {
    tail -n 60 "build/$preset.log" >&2
    echo "Building $preset failed; all output: build/$preset.log" >&2
    exit 1
}
