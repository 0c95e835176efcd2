#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves that every rule of tidy.py reports its breach and leaves good code alone."""

import os
import sys
import tempfile

sys.dont_write_bytecode = True  # leaves nothing beside the sources
import tidy

UNLICENSED = "// Nobody knows whose this is.\n"
COROUTINE = "task<> f() {\n    %s\n}\n"

# rule: (path, breach, the same done right). Parts of forbidden words are joined, or the tidy test
# would find them here.
CASES = {
    "missing-test": ("docs/protocol.md", "It works (`a_test_that_nobody_wrote`).\n",
                     "It works (`limits`, `parked_calls_per_client_max`).\n"),
    "layering": ("protocol/a.cpp", '#include "children/b.hpp"\n', '#include "protocol/b.hpp"\n'),
    "room-layering": ("transports/async/a.cpp", '#include "transports/session/b.hpp"\n',
                      '#include "transports/async/b.hpp"\n'),
    "unknown-room": ("server/attic/a.cpp", "int x;\n", None),
    "license": ("server/a.cpp", UNLICENSED + "int x;\n", None),
    "map": ("protocol/README.md", "### protocol/ — x\n\n| file |\n|---|\n| `gone` | x |\n",
            "### protocol/ — x\n\n| file |\n|---|\n| `own` | x |\n"),
    "absent-file": ("docs/a.md", "see `docs/nothing.md`\n", "see `docs/a.md`, `docs/*.md`\n"),
    "endless-loop-in-test": (
        "tests/support/a.hpp", "#pragma once\ninline void f() { while (g(1)) {\n} }\n",
        "#pragma once\ninline void f() { while (g(1)) h(); do k(); while (x); }\n"),
    "asio-free-protocol": ("protocol/a.cpp", "#include <boost/beast/http.hpp>\n",
                           "#include <boost/json.hpp>\n"),
    "asio-header": ("children/a.cpp", "#include <boost/asio/read.hpp>\n",
                    '#include "transports/async/asio.hpp"\n'),
    "link-layering": ("server/CMakeLists.txt",
                      "target_link_libraries(mcpgw_server PUBLIC mcpgw_transports)\n",
                      "target_link_libraries(mcpgw_server\n  PUBLIC mcpgw_children fmt::fmt)\n"),
    "detached": ("server/a.cpp", COROUTINE % "co_spawn(ex, g(), asio::detached);",
                 COROUTINE % "group.spawn(g()); // not detached"),
    "capturing-coroutine": ("server/a.cpp", "auto x = [&a](int b) -> task<> { co_await a(b); };\n",
                            "auto x = [](int b) -> task<> { co_await a(b); };\n"),
    "await-in-test-macro": ("tests/server/a.cpp", COROUTINE % "CHECK((co_await g()) == 1);",
                            COROUTINE % "const auto x = co_await g();\n    CHECK(x == 1);"),
    "await-in-conditional": ("server/a.cpp", COROUTINE % "auto x = c ? 1 : co_await g();",
                             COROUTINE % "if (c && d) co_await g();"),
    "await-in-condition": ("server/a.cpp", COROUTINE % "while (co_await g()) h();",
                           COROUTINE % "for (;;) {\n        auto x = co_await g();\n    }"),
    "await-twice": ("server/a.cpp", COROUTINE % "auto x = co_await g(co_await h());",
                    COROUTINE % 'auto x = co_await g("co_await h()"); // co_await twice'),
    "await-braced-argument": ("server/a.cpp", COROUTINE % "co_await g(a, options{.x = 1});",
                              COROUTINE % "const options o{.x = 1};\n    co_await g(a, o);"),
    "statement-expression": ("server/a.cpp", COROUTINE % "auto x = ({ g(); 1; });",
                             COROUTINE % "auto x = g({1, 2});"),
    "sleep-in-test": ("tests/server/a.cpp", "void f() { std::this_thread::sleep_for(1s); }\n",
                      "void f() { event.wait(); } // no sleep\n"),
    "print": ("server/catalog.cpp", 'void f() { fmt::print("x"); }\n',
              'void f() { log_info(log, "printf"); }\n'),
    "class-size": (
        "protocol/a.hpp",
        "#pragma once\nclass x {\n%s};\n" % "".join(
            f"    [[nodiscard]] bool f{i}(int a = 1) const {{ return a; }}\n" for i in range(31)),
        "#pragma once\nclass x {\n    struct y {\n        int a, b;\n    };\n%s};\n"
        "struct options {\n%s};\n" % (
            "".join(f"    void f{i}();\n" for i in range(30)) + "    y a{1, 2};\n" * 20,
            "    int a = 1;\n" * 40)),
    "file-length": ("protocol/a.cpp", "// x\n" * (tidy.LINES_MAX + 1), "// x\n" * tidy.LINES_MAX),
    "function-length": ("protocol/a.cpp", "int f() {\n%s}\n" % ("    g();\n" * 69),
                        "namespace x {\nint f() {\n%s}\n}\n" % ("    g();\n" * 68)),
    "columns": ("protocol/a.cpp", "// " + "é" * 98 + "\n", "// " + "é" * 97 + "\n"),
    "own-header-first": ("protocol/own.cpp", '#include <string>\n#include "protocol/own.hpp"\n',
                         '#include "protocol/own.hpp"\n'),
    "unlisted-source": ("protocol/absent.cpp", "int x;\n", None),
    "test-without-source": ("tests/protocol/nothing_test.cpp", "\n", None),
    "test-name": ("tests/server/a.cpp", 'TEST_CASE("Works well") {}\n',
                  'TEST_CASE("late_answer_is_dropped") {}\n'),
    "pragma-once": ("protocol/own.hpp", "#ifndef X\n#define X\n#endif\n",
                    "/// What it is.\n#pragma once\n"),
    "workplace": ("docs/a.md", "see " + "issue " + "#12\n", "the 12th issue of a journal\n"),
}

MORE_GOOD = {
    "await": ("server/a.cpp", COROUTINE % "auto&& [ec, n] = co_await s.read(b, nothrow);"),
    "subscript": ("server/a.cpp", COROUTINE % "co_await table[i](1);\n    co_return;"),
    "plain lambda": ("server/a.cpp", COROUTINE % "sort(v, [&](int a) { return a < k; });"
                                                 "\n    co_await g();"),
    "commands print": ("server/cli/cli_tools.cpp", 'void f() { fmt::print("x"); }\n'),
    "data": ("server/a.cpp", 'int f() {\n    g(R"(' + "\n" * 90 + ')");\n}\n'),
    "raw string": ("server/a.cpp", 'auto x = R"j(\n' + "x" * 200 + '\n)j";\n'),
    "listed test": ("tests/protocol/own_test.cpp", '#include "protocol/own.hpp"\n'),
}

MORE_BAD = {
    "two heads": ("await-in-condition", "server/a.cpp",
                  COROUTINE % "if (a) b(); else if (co_await g()) h();"),
    "default capture": ("capturing-coroutine", "server/a.cpp", "auto x = [=] { co_return; };\n"),
    "returned lambda": ("capturing-coroutine", "server/a.cpp",
                        "auto f() { return [this]() -> task<> { co_await x(); }; }\n"),
    "or": ("await-in-conditional", "server/a.cpp", COROUTINE % "co_await (g() || h());"),
    "test of a room": ("layering", "tests/protocol/a.cpp", '#include "server/b.hpp"\n'),
    "left to right": ("link-layering", "server/CMakeLists.txt",
                      "target_link_libraries(mcpgw_protocol PUBLIC mcpgw_transports)\n"),
    "long method": ("function-length", "server/a.cpp",
                    "struct a {\n    int f() const noexcept {\n%s    }\n};\n" % ("g();\n" * 69)),
    "machine's path": ("workplace", "docs/a.md", "in /wo" + "rk/main\n"),
    "registry": ("workplace", "tests/e2e/.npmrc", "registry=https://registry." + "npmjs.org/\n"),
}


def licensed(path, text):
    """`text` with the line that says under which licence it is."""
    if text.startswith(UNLICENSED) or not ("/" + path).endswith(tidy.TEXT_WITH_LIMITS):
        return text
    mark = "//" if path.endswith(tidy.CODE + (".mjs",)) else "#"
    return f"{mark} SPDX-License-Identifier: Apache-2.0\n{text}"


def breaches_of(path, text, more=()):
    """Rules that a small sound tree breaks once the file `path` is `text`."""
    files = {
        "protocol/CMakeLists.txt": "add_library(mcpgw_protocol own.cpp a.cpp)\n",
        "transports/CMakeLists.txt": "add_library(mcpgw_transports async/a.cpp)\n",
        "children/CMakeLists.txt": "add_library(mcpgw_children a.cpp)\n",
        "server/CMakeLists.txt": "add_library(mcpgw_server a.cpp catalog.cpp cli/cli_tools.cpp)\n",
        "tests/CMakeLists.txt":
            "add_executable(t server/a.cpp protocol/a.cpp protocol/own_test.cpp"
            " protocol/nothing_test.cpp)\n",
        "protocol/own.hpp": "#pragma once\n",
        "protocol/own.cpp": '#include "protocol/own.hpp"\n',
        path: text,
        **dict(more),
    }
    with tempfile.TemporaryDirectory() as root:
        for name, content in files.items():
            full = os.path.join(root, name)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(licensed(name, content))
        return {rule for _, _, rule in tidy.Tree(root).check()}


def too_many_files():
    return breaches_of("server/a.cpp", "int x;\n", {
        f"server/a{i}.hpp": "#pragma once\n" for i in range(tidy.FOLDER_FILES_MAX)})


def circle_of_rooms():
    tidy.FOLDERS["protocol"].append("protocol/json")
    return breaches_of("server/a.cpp", "int x;\n")


# What no single file breaks: how to break it, and how to mend it.
WHOLE_TREES = {
    "folder-size": (too_many_files, lambda: None),
    "room-order": (circle_of_rooms, lambda: tidy.FOLDERS["protocol"].remove("protocol/json")),
}


def main():
    problems = [f"{rule} has no case" for rule in tidy.RULES if rule not in CASES | WHOLE_TREES]
    count = 0
    for rule, (change, undo) in WHOLE_TREES.items():
        count += 1
        if rule not in change():
            problems.append(f"{rule} misses its breach")
        undo()
    bad = [(rule, path, text) for rule, (path, text, _) in CASES.items()]
    for rule, path, text in bad + list(MORE_BAD.values()):
        count += 1
        if rule not in breaches_of(path, text):
            problems.append(f"{rule} misses:\n{text}")
    good = [(path, text) for path, _, text in CASES.values() if text is not None]
    for path, text in good + list(MORE_GOOD.values()):
        count += 1
        if found := breaches_of(path, text):
            problems.append(f"{sorted(found)} reported wrongly for {path}:\n{text}")
    for problem in problems:
        print(problem)
    print(f"{count} cases, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
