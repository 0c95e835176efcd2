#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of this project that a script can check; CONTRIBUTING.md has them in words.

    tests/tidy/tidy.py [ROOT]    prints "path:line: rule: reason" for each breach; exits 1 if any

Works on the text, not on a syntax tree: comments and literals are blanked first, and a rule rather
misses a strange spelling than reports good code. tidy_selftest.py proves that every rule bites.
"""

import fnmatch
import os
import re
import sys

import classes
from rooms import FOLDERS, ROOMS

LINES_MAX, FUNCTION_LINES_MAX, COLUMNS_MAX, FOLDER_FILES_MAX = 400, 70, 100, 30
SKIPPED = {".git", ".cache", "build", "node_modules", "corpus"}
CODE = (".cpp", ".hpp")
TOP_FOLDERS = set(ROOMS) | {"cmake", "configs", "docker", "docs", "tests"}
TEXT_WITH_LIMITS = CODE + (".mjs", ".py", ".sh", ".cmake", "CMakeLists.txt", "/start", "/test")

# What the user reads on stdout is printed here and nowhere else; everything else logs.
PRINTING_FILES = re.compile(r"server/(main|cli/\w+)\.[ch]pp$")
# Tests of several sources together, or of a promise that no single source makes.
TESTS_WITHOUT_SOURCE = {
    "tests/protocol/fuzz_corpus_test.cpp",  # replays the fuzzers' corpora
    "tests/transports/http_fuzz_test.cpp",  # the same, of what reads HTTP
    "tests/children/child_output_fuzz_test.cpp",  # of what reads the output of servers
    "tests/server/config_fuzz_test.cpp",  # and of what reads configurations
    "tests/children/pool_schedule_test.cpp",  # servers, pools and processes in any schedule
    "tests/children/remote_street_test.cpp",  # odd remote servers, through all that reads them
    "tests/server/expression_fuzz_test.cpp",  # and of expressions
    "tests/server/view_clients_test.cpp",  # clients at the endpoints of views, all of the gateway
    "tests/server/client_files_test.cpp",  # import and direct use, reading and writing
    "tests/transports/odd_requests_test.cpp",  # clients a little off, of all HTTP files
}

RULES = {
    "layering": "include only to the left: protocol <- transports <- children <- server",
    "room-layering": "a room includes only those in its row of tests/tidy/rooms.py",
    "room-order": "a row of tests/tidy/rooms.py names only rooms above it, so there is no circle",
    "unknown-room": "each folder of sources has a row in tests/tidy/rooms.py",
    "folder-size": f"at most {FOLDER_FILES_MAX} sources in a folder: a stranger must find his way",
    "license": "each source says under which licence it is: SPDX-License-Identifier: Apache-2.0",
    "map": "the page of a room names each of its files, where it stands, and no other",
    "absent-file": "the documentation names a file that does not exist",
    "endless-loop-in-test": "a loop without a bound hangs instead of failing; bound it",
    "asio-free-protocol": "protocol must be testable and fuzzable without an event loop",
    "asio-header": "Boost.Asio comes in through transports/async/asio.hpp, in the right order",
    "link-layering": "a room links only its left neighbour",
    "detached": "a detached coroutine outlives what it uses; spawn it in a task_group",
    "capturing-coroutine": "captures die with the lambda, before the coroutine; use parameters",
    "await-in-test-macro": "the macro may evaluate its expression again; await first, then check",
    "await-in-conditional": "g++ 12 miscompiles co_await inside ?:, && and ||; use a statement",
    "await-in-condition": "name the result before testing it: order and clean-up bugs in g++ 12",
    "await-twice": "one co_await in a statement: g++ 12 destroys temporaries twice",
    "await-braced-argument": "g++ 12 destroys a braced temporary in an awaited call twice; name it",
    "statement-expression": "coroutines do not support ({ ... }); use if (ec) co_return",
    "sleep-in-test": "a sleep makes a test slow or flaky; wait for the event itself",
    "print": "stdout carries the protocol; log, or print in the commands of server/",
    "file-length": f"a file is one noun: at most {LINES_MAX} lines",
    "function-length": f"at most {FUNCTION_LINES_MAX} lines in a function",
    "class-size": f"a class has at most {classes.FUNCTIONS_MAX} member functions and "
                  f"{classes.DATA_MAX} data members: make two of it",
    "columns": f"at most {COLUMNS_MAX} columns",
    "own-header-first": "a source includes its own header first, which proves that it is complete",
    "unlisted-source": "sources are listed by hand in CMakeLists.txt; this one is never built",
    "test-without-source": "tests mirror the sources: <room>/<file> has tests/<room>/<file>_test",
    "test-name": "a test is named by a sentence in snake_case",
    "missing-test": "the documentation names a test as proof that does not exist",
    "pragma-once": "a header begins with #pragma once",
    "workplace": "no mirror, registry host, issue number or machine's path belongs in the project",
}

WORKPLACE = re.compile(
    r"(?<![\w.])/wor[k]/|\bissues? #\d|deb\.debian\.org|(?:snapshot|security)\.debian\.org"
    r"|archive\.ubuntu\.com|registry\.npmjs\.org|registry\.yarnpkg\.com|\bftp\.\w+\.debian\.org")


LOOP_OR_IF = re.compile(r"\s*(?:else\s+)?(?:if|while|for|switch)\s*(?:constexpr\s*)?\(")


def blank(text):
    """The code of `text`: comments and literals replaced by blanks, so that positions stay."""
    literal = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^()\s\\]{0,16})\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9A-Fa-f])'(?:\\.[^']*|[^'\\\n])'", re.S)

    def spaces(match):
        found = match.group()
        edge = '"' if found[0] in '"R' else " "
        return edge + re.sub(r"[^\n]", " ", found[1:-1]) + edge if len(found) > 1 else found

    # The path of an #include looks like a literal but is wanted.
    return "\n".join(
        original if original.lstrip().startswith("#include") else line
        for original, line in zip(text.split("\n"), literal.sub(spaces, text).split("\n")))


def data_lines(text):
    """Numbers of the lines of raw strings that span lines: data, with its own line breaks."""
    numbers = set()
    for match in re.finditer(r'R"(\w*)\(.*?\)\1"', text, re.S):
        first, count = text.count("\n", 0, match.start()) + 1, match.group().count("\n")
        numbers.update(range(first, first + count + 1) if count else ())
    return numbers


def closing(code, start):
    """Position of the bracket that closes the one at `start`; the end of `code` if none does."""
    pair = {"(": ")", "{": "}", "[": "]"}
    end, depth = pair[code[start]], 0
    for i in range(start, len(code)):
        if code[i] == code[start]:
            depth += 1
        elif code[i] == end:
            depth -= 1
            if depth == 0:
                return i
    return len(code)


def statements(code):
    """Pairs (position, text) of the full expressions: parts between ; { }, heads of if and loops
    apart from what follows them."""
    for match in re.finditer(r"[^;{}]+", code):
        position, text = match.start(), match.group()
        while head := re.match(LOOP_OR_IF, text):
            end = closing(text, head.end() - 1)
            yield position + head.end() - 1, text[head.end() - 1:end + 1]
            position, text = position + end + 1, text[end + 1:]
        yield position, text


class Tree:
    def __init__(self, root):
        self.root, self.breaches, self.texts = root, [], {}
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(set(folders) - SKIPPED)
            for name in sorted(set(names) - SKIPPED):  # in a worktree, .git is a file
                path = os.path.relpath(os.path.join(folder, name), root)
                try:
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        self.texts[path] = file.read()
                except (UnicodeDecodeError, OSError):
                    continue  # not text

    def report(self, rule, path, text="", position=0):
        self.breaches.append((path, text.count("\n", 0, position) + 1, rule))

    def find(self, rule, path, code, pattern):
        for match in re.finditer(pattern, code):
            self.report(rule, path, code, match.start())

    def check(self):
        for path, text in self.texts.items():
            if path != "package-lock.json" and not path.endswith("/package-lock.json"):
                self.find("workplace", path, text, WORKPLACE)
            if ("/" + path).endswith(TEXT_WITH_LIMITS):
                self.check_size(path, text)
                if "SPDX-License-Identifier: Apache-2.0" not in text[:300]:
                    self.report("license", path)
            if path.endswith(".md"):
                self.check_named_files(path, text)
            if path.endswith(CODE):
                code = blank(text)
                self.check_includes(path, text)
                self.check_names(path, text)
                self.check_coroutines(path, code)
                self.check_calls(path, code)
                self.check_functions(path, code, data_lines(text))
                if path.split("/")[0] in ROOMS:
                    for position in classes.large_classes(code, closing):
                        self.report("class-size", path, code, position)
            if path.endswith("/README.md") and path.split("/")[0] in ROOMS:
                self.check_map(path, text)
            if path == "docs/protocol.md":  # each of its rows has its proof
                self.check_proofs(path, text)
            if path.endswith("CMakeLists.txt"):
                self.check_links(path, re.sub(r"#[^\n]*", "", text))
        self.check_folders()
        return sorted(set(self.breaches))

    def check_folders(self):
        """Rooms within rooms, and how much stands in each."""
        rows = list(FOLDERS)
        for row in rows:
            for name in FOLDERS[row]:
                if name not in rows[:rows.index(row)] or name.split("/")[0] != row.split("/")[0]:
                    self.report("room-order", f"tests/tidy/rooms.py {row}")
        counts = {}
        for path in self.texts:
            folder = os.path.dirname(path)
            if path.endswith(CODE) and folder.split("/")[0] in ROOMS:
                counts[folder] = counts.get(folder, 0) + 1
        for folder, count in counts.items():
            if folder not in FOLDERS:
                self.report("unknown-room", folder)
            if count > FOLDER_FILES_MAX:
                self.report("folder-size", folder)

    def check_map(self, path, text):
        """Tables below headings "### folder/ — ...": names of files in their first cells."""
        mapped = set()
        for match in re.finditer(r"^### (\S+)/ [^\n]*\n(.*?)(?=^#|\Z)", text, re.M | re.S):
            for row in re.finditer(r"^\|([^|]*`[^|]*)\|", match.group(2), re.M):
                mapped.update(f"{match.group(1)}/{name}"
                              for name in re.findall(r"`(\w+)`", row.group(1)))
        room = path.split("/")[0]
        there = {other[:-4] for other in self.texts
                 if other.endswith(CODE) and other.split("/")[0] == room}
        for name in sorted(mapped ^ there):
            self.breaches.append((f"{path} ({name})", 1, "map"))

    def check_named_files(self, path, text):
        """Paths in backticks, from the root or from the document's own folder; `a_*` is any."""
        for match in re.finditer(r"`((?:[\w.-]+/)+[\w.*-]+\.[a-z]{2,4})(?::\d+)?`", text):
            name = match.group(1)
            if name.split("/")[0] not in TOP_FOLDERS:
                continue
            if not any(fnmatch.fnmatch(known, name) for known in self.texts):
                self.report("absent-file", path, text, match.start())

    def check_size(self, path, text):
        lines = text.split("\n")
        if len(lines) - 2 > LINES_MAX:  # without the line of the licence
            self.breaches.append((path, LINES_MAX + 2, "file-length"))
        data = data_lines(text)
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS_MAX and number not in data:
                self.breaches.append((path, number, "columns"))

    def check_includes(self, path, text):
        parts = path.split("/")
        room = next((part for part in parts[:2] if part in ROOMS), None)
        includes = list(re.finditer(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)', text, re.M))
        for match in includes:
            target = match.group(1)
            first = target.split("/")[0]
            if room and first in ROOMS and ROOMS.index(first) > ROOMS.index(room):
                self.report("layering", path, text, match.start())
            own, other = os.path.dirname(path), os.path.dirname(target)
            if parts[0] == first and own != other and own in FOLDERS:
                if first in ROOMS and other not in FOLDERS[own]:
                    self.report("room-layering", path, text, match.start())
            if re.match(r"boost/(asio|beast)", target) and room == "protocol":
                self.report("asio-free-protocol", path, text, match.start())
            elif target.startswith("boost/asio") and not re.fullmatch(
                    r"transports/async/(asio(_ssl|_local)?\.hpp|asio_impl\.cpp)", path):
                self.report("asio-header", path, text, match.start())
        header = path[:-4] + ".hpp"
        if path.endswith(".cpp") and header in self.texts:
            if not includes or includes[0].group(1) not in (header, os.path.basename(header)):
                self.report("own-header-first", path, text, includes[0].start() if includes else 0)
        if path.endswith(".hpp") and not re.match(r"(\s|//[^\n]*\n)*#pragma once\n", text):
            self.report("pragma-once", path)

    def check_names(self, path, text):
        folder, name = os.path.split(path)
        if path.endswith(".cpp") and (folder.split("/")[0] in ROOMS or folder.startswith("tests/")):
            parts = folder.split("/")
            ups = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
            lists = [self.texts.get(os.path.join(up, "CMakeLists.txt"), "") for up in ups]
            if not any(re.search(rf"(?<![\w-]){re.escape(name)}(?!\w)", text) for text in lists):
                self.report("unlisted-source", path)
        if path.endswith("_test.cpp") and path not in TESTS_WITHOUT_SOURCE:
            source = path.removeprefix("tests/").removesuffix("_test.cpp")
            if source + ".hpp" not in self.texts and source + ".cpp" not in self.texts:
                self.report("test-without-source", path)
        for match in re.finditer(r'\bTEST_CASE\(\s*"([^"]*)"', text):
            if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+){2,}", match.group(1)):
                self.report("test-name", path, text, match.start())

    def check_coroutines(self, path, code):
        self.find("statement-expression", path, code, r"\(\{[^{}]*;")
        self.find("await-in-test-macro", path, code,
                  r"\b(?:CHECK|REQUIRE)(?:_\w+)?\s*\([^;]*\bco_await\b")
        for match in re.finditer(r"\[[^\[\]\n]*[\w=&][^\[\]]*\]\s*(?=[({])", code):
            before = re.search(r"(\w+|[)\]])\s*$", code[max(0, match.start() - 60):match.start()])
            if before and before.group(1) not in ("return", "co_return", "co_await", "else"):
                continue  # a subscript
            head = closing(code, match.end()) + 1 if code[match.end()] == "(" else match.end()
            body = code.find("{", head)
            between = code[head:body] if body >= 0 else ";"
            if re.fullmatch(r"\s*((mutable|noexcept|constexpr)\b\s*)*(->[^;{}]*)?", between):
                if re.search(r"\bco_(await|return|yield)\b", code[body:closing(code, body)]):
                    self.report("capturing-coroutine", path, code, match.start())
        for position, text in statements(code):
            awaits = len(re.findall(r"\bco_await\b", text))
            if awaits == 0:
                continue
            position += len(text) - len(text.lstrip())
            if text.startswith("("):
                self.report("await-in-condition", path, code, position)
            if awaits > 1:
                self.report("await-twice", path, code, position)
            if re.search(r"\?|\s(&&|\|\|)\s", text):
                self.report("await-in-conditional", path, code, position)
        for match in re.finditer(r"\bco_await\s+[\w:.<>\->]+\s*\(", code):
            arguments = code[match.end():closing(code, match.end() - 1)]
            if re.search(r"(^|,|\()\s*[\w:<>]*\{", arguments):
                self.report("await-braced-argument", path, code, match.start())

    def check_calls(self, path, code):
        self.find("detached", path, code, r"\bdetached\b")
        if path.endswith("_test.cpp") or path.startswith("tests/support/"):
            for match in re.finditer(r"(?<!\} )\bwhile\s*\(", code):
                rest = code[closing(code, match.end() - 1) + 1:]
                before = re.split(r"[;{}]", code[:match.start()].rstrip().removesuffix(";"))[-1]
                is_end_of_do = re.match(r"\s*do\b", before)
                if re.match(r"\s*(\{\s*\}|;)", rest) and not is_end_of_do:
                    self.report("endless-loop-in-test", path, code, match.start())
        if path.startswith("tests/"):
            self.find("sleep-in-test", path, code, r"\b(sleep_for|sleep_until|u?sleep|nanosleep)\b")
        elif path.split("/")[0] in ROOMS and not PRINTING_FILES.search(path):
            self.find("print", path, code, r"\bstd::c(out|err)\b|\bf?printf\s*\(|\bf?puts\s*\("
                                           r"|\bfmt::print(ln)?\s*\(")

    def check_functions(self, path, code, data):
        start = 0
        opened = []  # for each open brace: is it a scope of declarations?
        for match in re.finditer(r"[{};]", code):
            mark, head = match.group(), code[start:match.start()]
            start = match.end()
            if mark == "}":
                if opened:
                    opened.pop()
            elif mark == "{":
                outside = all(opened)
                scope = outside and re.search(
                    r"\b(namespace|class|struct|union|extern)\b[^()=]*$", head) is not None
                is_function = outside and not scope and re.search(
                    r"\)\s*((const|noexcept|override|final|mutable)\s*)*(->[^{=]*)?$", head)
                opened.append(scope)
                if is_function:
                    begin = match.start() - len(head.lstrip())
                    end = closing(code, match.start())
                    first, last = (code.count("\n", 0, at) + 1 for at in (begin, end))
                    if len(set(range(first, last + 1)) - data) > FUNCTION_LINES_MAX:
                        self.report("function-length", path, code, begin)

    def check_proofs(self, path, text):
        """A name in backticks of four words and more is that of a test."""
        known = {name for other, source in self.texts.items() if other.endswith("_test.cpp")
                 for name in re.findall(r'TEST_CASE\("([^"]+)"', source)}
        for match in re.finditer(r"`([a-z0-9]+(?:_[a-z0-9]+){3,})`", text):
            if match.group(1) not in known and not match.group(1).endswith(("_max", "_ms")):
                self.report("missing-test", path, text, match.start())

    def check_links(self, path, text):
        for match in re.finditer(r"target_link_libraries\(\s*(\S+)([^)]*)\)", text):
            target = match.group(1).removeprefix("mcpgw_")
            target = "main" if target == "mcp-gateway" else target
            order = ROOMS + ["main"]
            if target not in order:
                continue
            left = order[order.index(target) - 1] if target != order[0] else None
            for name in re.findall(r"\bmcpgw_(\w+)", match.group(2)):
                if name in ROOMS and name != left:
                    self.report("link-layering", path, text, match.start())


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "..", "..")
    tree = Tree(root)
    breaches = tree.check()
    for path, line, rule in breaches:
        print(f"{path}:{line}: {rule}: {RULES[rule]}")
    print(f"{len(tree.texts)} files, {len(breaches)} breaches")
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
