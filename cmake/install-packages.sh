#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the project needs from Debian or Ubuntu packages; quick when all of it is there.
#
#   cmake/install-packages.sh build              compiler, tools and libraries of the binary
#   cmake/install-packages.sh test               that, and what the tests use
#   cmake/install-packages.sh package            the first, and what cpack uses
#   cmake/install-packages.sh image              what builds the container image without Docker
#   cmake/install-packages.sh derive FILE [URI]  print the backports entry that follows from a file
#
# Debian 12 has Boost 1.83 and Catch2 3 only in bookworm-backports. Its entry is derived from the
# machine's own Debian entry (same address, same key): no mirror is written into the project.
set -eu

# make: g++ needs it to link with LTO in parallel. curl: for the line to try that "serve" prints.
build_packages="g++ make ninja-build cmake ccache ca-certificates curl
    libboost1.83-dev libboost-json1.83-dev libboost-url1.83-dev
    libfmt-dev libspdlog-dev libtoml11-dev libyaml-cpp-dev libcli11-dev libssl-dev
    zlib1g-dev libbrotli-dev libzstd-dev libstemmer-dev"
# util-linux: setpriv, by which the end-to-end tests end with what started them.
test_packages="catch2 python3-minimal python3-venv procps util-linux"
package_packages="dpkg-dev file"
image_packages="buildah debootstrap util-linux"
backports_file=/etc/apt/sources.list.d/mcp-gateway-backports

say() { echo "install-packages: $*" >&2; }
fail() { say "$*"; exit 1; }

# ---- what is missing -----------------------------------------------------------------------------

# Prints those of the packages $@ that are not installed (or, for Catch2, too old).
list_missing() {
    installed=" $(dpkg-query -W -f '${db:Status-Status}=${Package}=${Version}\n' "$@" 2>/dev/null |
        sed -n 's/^installed=//p' | tr '\n' ' ')"
    for package in "$@"; do
        case $installed in
        *" $package="*) ;;
        *) echo "$package"; continue ;;
        esac
        if [ "$package" = catch2 ]; then
            version=${installed#*" catch2="}
            dpkg --compare-versions "${version%% *}" ge 3 || echo catch2
        fi
    done
}

# ---- the backports entry -------------------------------------------------------------------------

# Prints the bookworm-backports entry that follows from the sources file $1: a copy of its entry for
# bookworm main with the suite replaced; nothing when it has none. $2: only with this address.
derive_backports() {
    case $1 in
    *.sources) derive_from_stanzas "$1" "${2:-}" ;;
    *) derive_from_lines "$1" "${2:-}" ;;
    esac
}

# deb822: stanzas of "Field: value", continued on lines that begin with a space; # is a comment.
derive_from_stanzas() {
    awk -v only="$2" '
        function has_word(text, word) { return index(" " text " ", " " word " ") > 0 }
        function same_address(text,   n, i, parts) {
            n = split(text, parts, " ")
            for (i = 1; i <= n; i++) { sub(/\/+$/, "", parts[i]); if (parts[i] == only) return 1 }
            return only == ""
        }
        function finish(   i, name) {
            if (!printed && count && has_word(value["types"], "deb") &&
                has_word(value["suites"], "bookworm") && has_word(value["components"], "main") &&
                tolower(value["enabled"]) !~ /no|false|off|0/ && same_address(value["uris"])) {
                print "Types: deb"
                print "URIs: " value["uris"]
                print "Suites: bookworm-backports"
                print "Components: main"
                for (i = 1; i <= count; i++) {
                    name = order[i]
                    if (name !~ /^(types|uris|suites|components|enabled)$/) printf "%s", raw[name]
                }
                printed = 1
            }
            count = 0; field = ""; split("", value); split("", raw); split("", order)
        }
        BEGIN { sub(/\/+$/, "", only) }
        /^#/ { next }
        /^[ \t]*$/ { finish(); next }
        /^[ \t]/ && field != "" {
            raw[field] = raw[field] $0 "\n"
            line = $0; sub(/^[ \t]+/, "", line); sub(/[ \t]+$/, "", line)
            value[field] = value[field] (value[field] == "" ? "" : " ") line
            next
        }
        /^[^ \t:]+:/ {
            field = tolower($0); sub(/:.*/, "", field)
            raw[field] = $0 "\n"; order[++count] = field
            line = $0; sub(/^[^:]*:[ \t]*/, "", line); sub(/[ \t]+$/, "", line)
            value[field] = line
        }
        END { finish() }' "$1"
}

# One line each: deb [options] address suite components…
derive_from_lines() {
    awk -v only="$2" '
        BEGIN { sub(/\/+$/, "", only) }
        { sub(/#.*/, "") }
        printed || $1 != "deb" { next }
        {
            options = ""; rest = $0; sub(/^[ \t]*deb[ \t]+/, "", rest)
            if (match(rest, /^\[[^]]*\]/)) {
                options = substr(rest, 1, RLENGTH) " "; rest = substr(rest, RLENGTH + 1)
            }
            n = split(rest, word, " "); is_main = 0
            for (i = 3; i <= n; i++) if (word[i] == "main") is_main = 1
            address = word[1]; sub(/\/+$/, "", address)
            if (word[2] == "bookworm" && is_main && (only == "" || address == only)) {
                print "deb " options word[1] " bookworm-backports main"; printed = 1
            }
        }' "$1"
}

# Suites of the machine's apt entries, one a line; needs no downloaded lists.
list_suites() { apt-get indextargets --format '$(RELEASE)' 'Created-By: Packages' 2>/dev/null; }

# Address of the machine's own Debian entry. Other archives call their suite "bookworm" too, so ask
# apt which one the signed Release file says is Debian's; needs the downloaded lists.
find_debian_address() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
        'Origin: Debian' 'Codename: bookworm' 'Component: main' 2>/dev/null | sed -n 1p
}

add_backports() {
    list_suites | grep -qx bookworm-backports && return 0
    update_lists
    address=$(find_debian_address)
    [ -n "$address" ] ||
        fail "no Debian 12 entry (bookworm main) in /etc/apt; add one, or bookworm-backports"
    parts=/etc/apt/sources.list.d
    for file in "$parts"/*.sources /etc/apt/sources.list "$parts"/*.list; do
        [ -f "$file" ] || continue
        entry=$(derive_backports "$file" "$address")
        [ -n "$entry" ] || continue
        case $file in
        *.sources) target=$backports_file.sources ;;
        *) target=$backports_file.list ;;
        esac
        say "adding $target, derived from $file"
        printf '# Derived from %s by mcp-gateway.\n%s\n' "$file" "$entry" |
            $as_root tee "$target" >/dev/null
        return 0
    done
    fail "no entry for $address bookworm main found in /etc/apt; add bookworm-backports"
}

# ---- apt -----------------------------------------------------------------------------------------

update_lists() {
    apt_get update && return 0
    say "apt-get update failed, trying once more"
    sleep 3
    apt_get update || fail "apt-get update failed: see above"
}

apt_get() {
    log=$(mktemp)
    if $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 \
        -o Acquire::Retries=3 "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    cat "$log" >&2
    rm -f "$log"
    return 1
}

install_missing() {
    # shellcheck disable=SC1091
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    else
        command -v sudo >/dev/null || fail "needs root, or sudo, to install: $*"
        as_root=sudo
    fi
    say "installing $*"
    [ "$codename" != bookworm ] || add_backports
    update_lists
    # Backports never replace a package of the release unasked; Catch2 3 must be asked for.
    names=$*
    if [ "$codename" = bookworm ]; then
        from=/bookworm-backports
        names=$(printf '%s\n' "$@" | sed "s,^catch2\$,catch2$from libcatch2-dev$from,")
    fi
    # shellcheck disable=SC2086
    apt_get install --no-install-recommends $names || fail "apt-get install failed: see above"
    rest=$(list_missing "$@")
    [ -z "$rest" ] || fail "still missing after the installation: $rest"
}

# ---- main ----------------------------------------------------------------------------------------

usage() { fail "usage: install-packages.sh build | test | package | image | derive FILE [URI]"; }

case ${1:-} in
build) packages=$build_packages ;;
package) packages="$build_packages $package_packages" ;;
image) packages=$image_packages ;;
test)
    packages="$build_packages $test_packages"
    # npm may come from elsewhere than apt; any version that reads the lock file will do.
    command -v npm >/dev/null || packages="$packages npm"
    # A browser, for servers that drive one and clients that are pages. Ubuntu has it as a snap
    # alone, which no container can run; the tests that need it are skipped there.
    # shellcheck disable=SC1091
    [ "$(. /etc/os-release && echo "${ID:-}")" != debian ] ||
        packages="$packages chromium-headless-shell"
    ;;
derive)
    [ $# -ge 2 ] || usage
    derive_backports "$2" "${3:-}"
    exit 0
    ;;
*) usage ;;
esac

command -v dpkg-query >/dev/null || fail "needs Debian 12, Debian 13 or Ubuntu 24.04"
# shellcheck disable=SC2086
missing=$(list_missing $packages)
# shellcheck disable=SC2086
[ -z "$missing" ] || install_missing $missing
