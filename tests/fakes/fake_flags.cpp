// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_flags.hpp"

#include <cstdlib>
#include <iostream>
#include <set>

namespace mcpgw::fake {

namespace {

const std::set<std::string> known_names{
    "ask-at-start",   "version",     "change-at-eof",    "bare",   "bytes",      "change-in",
    "crash-after",    "die-at",      "endless-pages",    "era",    "era-from",   "exit-with",
    "garbage-before", "grandchild",  "garbage-between",  "pages",  "ignore-eof", "ignore-sigterm",
    "leave-group",    "prefix",      "exit-on-discover", "report", "say",        "silent",
    "silent-at",      "tools",       "garble",           "hints",  "no-changes", "refuse",
    "refuse-page",    "same-cursor", "number-cursor",
};

} // namespace

fake_flags::fake_flags(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const auto equals = argument.find('=');
        const auto name = argument.substr(0, equals);
        if (!name.starts_with("--") || !known_names.contains(name.substr(2))) {
            std::cerr << "fake_child: unknown flag " << argument << '\n';
            std::_Exit(64);
        }
        values_[name.substr(2)] = equals == std::string::npos ? "" : argument.substr(equals + 1);
    }
}

std::string fake_flags::text(const std::string& name, std::string otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::move(otherwise) : found->second;
}

int fake_flags::number(const std::string& name, int otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : std::stoi(found->second);
}

} // namespace mcpgw::fake
