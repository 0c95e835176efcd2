// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>

namespace mcpgw::bench {

namespace {

constexpr std::string_view quick = "--quick";

std::optional<double> number_of(std::string_view text, double min, double max) {
    double value = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, ec] = std::from_chars(text.data(), end, value);
    if (ec != std::errc{} || rest != end || value < min || value > max) return std::nullopt;
    return value;
}

std::string find_nginx() {
    for (const auto* path : {"/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"})
        if (std::filesystem::exists(path)) return path;
    return {};
}

/// The names between commas; false: one of them is none.
bool take_parts(std::string_view list, speed_options& options) {
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        const auto name = list.substr(0, end);
        if (std::ranges::find(speed_parts, name) == speed_parts.end()) return false;
        options.only.emplace(name);
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return !options.only.empty();
}

bool take(std::string_view argument, speed_options& options) {
    if (argument == quick) return true; // taken before the others
    const auto equals = argument.find('=');
    if (equals == std::string_view::npos) return false;
    const auto key = argument.substr(0, equals);
    const auto value = argument.substr(equals + 1);
    if (key == "--only") return take_parts(value, options);
    if (key == "--rounds") {
        const auto number = number_of(value, 1, 100);
        if (number) options.rounds = static_cast<std::size_t>(*number);
        return number.has_value();
    }
    if (key == "--seconds") {
        const auto number = number_of(value, 0.05, 60);
        if (number) options.measured = std::chrono::milliseconds{static_cast<int>(*number * 1000)};
        return number.has_value();
    }
    struct text_option {
        std::string_view key;
        std::string* out;
    };
    for (const auto& [name, out] : std::array{
             text_option{"--gateway", &options.gateway}, text_option{"--against", &options.against},
             text_option{"--nginx", &options.nginx}, text_option{"--node", &options.node},
             text_option{"--peers", &options.peers}, text_option{"--write", &options.write}}) {
        if (name != key) continue;
        *out = value;
        return true;
    }
    return false;
}

} // namespace

const std::vector<std::string_view> speed_parts{"calls", "open",   "peers",      "events",
                                                "lists", "eras",   "transports", "memory",
                                                "start", "profile"};

const std::string_view speed_usage =
    "speed_bench [--quick] [--only=PART,...] [--rounds=9] [--seconds=0.5]\n"
    "            [--write=docs/performance.md] [--peers=node_modules] [--gateway=PATH]\n"
    "            [--node=PATH] [--against=PATH] [--nginx=PATH]\n"
    "--quick: calls of 64 bytes only, in less than a minute.\n";

std::optional<speed_options> read_speed_options(int argc, char** argv) {
    speed_options options;
    options.gateway = MCPGW_BINARY;
    options.echo = MCPGW_ECHO_SERVER;
    options.nginx = find_nginx();
    const auto is_quick = [](std::string_view argument) {
        return argument == quick;
    };
    if (std::any_of(argv + 1, argv + argc, is_quick)) {
        options.is_quick = true;
        options.rounds = 3;
        options.measured = std::chrono::milliseconds{500};
    }
    for (int i = 1; i < argc; ++i) {
        if (take(argv[i], options)) continue;
        fmt::print(stderr, "not understood: {}\n{}parts: {}\n", argv[i], speed_usage,
                   fmt::join(speed_parts, ", "));
        return std::nullopt;
    }
    return options;
}

} // namespace mcpgw::bench
