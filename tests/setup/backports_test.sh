#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The backports entry that cmake/install-packages.sh derives from the apt sources of a machine.
set -eu

script=$(cd "$(dirname "$0")/../.." && pwd)/cmake/install-packages.sh
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
failures=0

# $1: name of the case; $2: name of the file; $3: expected entry; $4: address; stdin: the file.
check() {
    cat >"$directory/$2"
    found=$(sh "$script" derive "$directory/$2" "${4:-}")
    [ "$found" = "$3" ] && return 0
    failures=$((failures + 1))
    printf 'FAILED %s\n--- expected\n%s\n--- found\n%s\n' "$1" "$3" "$found" >&2
}

check one_line_entry_keeps_its_address sources.list \
    'deb http://mirror.test/debian bookworm-backports main' <<'END'
# deb cdrom:[Debian GNU/Linux 12] bookworm main
deb-src http://mirror.test/debian bookworm main
deb http://mirror.test/debian-security bookworm-security main
deb http://mirror.test/debian bookworm main contrib   # the release
deb http://second.test/debian bookworm main
END

check one_line_entry_keeps_its_options sources.list \
    'deb [ arch=amd64 signed-by=/a.gpg ] https://mirror.test/deb/ bookworm-backports main' <<'END'
deb [ arch=amd64 signed-by=/a.gpg ] https://mirror.test/deb/ bookworm non-free main
END

check other_suites_and_components_are_no_debian_entry sources.list '' <<'END'
deb http://mirror.test/debian trixie main
deb http://mirror.test/debian bookworm-updates main
deb http://vendor.test/linux/debian bookworm stable
END

check address_chooses_among_entries sources.list \
    'deb http://mirror.test/debian bookworm-backports main' http://mirror.test/debian/ <<'END'
deb http://vendor.test/apt bookworm main
deb http://mirror.test/debian bookworm main
END

check stanza_keeps_address_and_key debian.sources "$(cat <<'END'
Types: deb
URIs: http://mirror.test/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
)" <<'END'
# the release and its updates
Types: deb deb-src
# a comment between fields
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
END

check stanza_with_a_key_inside_keeps_all_of_it debian.sources "$(cat <<'END'
Types: deb
URIs: http://mirror.test/debian
Suites: bookworm-backports
Components: main
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEY865UxYJKwYBBAHaRw8BAQdAd7Z0srwuhlB6JKFkcf4HU4SSS/xcRfwEQWzr
 -----END PGP PUBLIC KEY BLOCK-----
END
)" <<'END'
types: deb
uris:
 http://mirror.test/debian
suites: bookworm
components: main
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEY865UxYJKwYBBAHaRw8BAQdAd7Z0srwuhlB6JKFkcf4HU4SSS/xcRfwEQWzr
 -----END PGP PUBLIC KEY BLOCK-----
END

check disabled_and_source_stanzas_are_passed_over debian.sources "$(cat <<'END'
Types: deb
URIs: http://third.test/debian
Suites: bookworm-backports
Components: main
END
)" <<'END'
Enabled: no
Types: deb
URIs: http://first.test/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://second.test/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://third.test/debian
Suites: bookworm
Components: main
END

check address_chooses_among_stanzas vendor.sources '' http://mirror.test/debian <<'END'
Types: deb
URIs: http://vendor.test/debian
Suites: bookworm
Components: main
END

[ "$failures" -eq 0 ] || { echo "$failures failed" >&2; exit 1; }
