// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_remote.hpp"

#include "children/remote/remote_headers.hpp"
#include "protocol/http/http_rules.hpp"
#include "protocol/http/http_url.hpp"
#include "protocol/http/proxy_rules.hpp"
#include "server/config/format/config_files.hpp"
#include "transports/http_client/http_response_head.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string_view>
#include <system_error>

namespace mcpgw {

namespace {

bool is_field_value(std::string_view value) {
    return std::ranges::all_of(value, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte != 0x7f;
    });
}

/// Set to something, not just spelled out.
bool says_something(const config_node* node) {
    return node != nullptr && (!node->items.empty() || !node->members.empty() ||
                               (node->is_string() && !node->text.empty() && node->text != "auto") ||
                               (node->kind == node_kind::boolean && !node->boolean));
}

void report_useless(const checked_section& section, bool config_key::*kind, std::string_view why,
                    problem_log& problems) {
    for (const auto* key : section_keys("children"))
        if (const auto* node = section.find(key->name); key->*kind && says_something(node))
            problems.warning(node->line, section.path_of(key->name), std::string{why});
}

void check_headers(const checked_section& section, const remote_options& options,
                   problem_log& problems) {
    const auto* const headers = section.find("headers");
    if (headers == nullptr) return;
    const auto path = section.path_of("headers");
    for (const auto& [name, line, value] : headers->members) {
        const auto where = key_path(path, name);
        if (!is_token(name))
            problems.error(line, where, "this cannot be the name of a header");
        else if (is_reserved_header(name))
            problems.error(line, where, "the gateway makes this header itself", "leave it out");
        else if (!is_field_value(value.text))
            problems.error(line, where, "the value holds a control character");
        else if (is_same_field(name, "Authorization") && !options.bearer_token.empty())
            problems.error(line, where, "bearer_token makes this header too", "use one of them");
    }
}

void check_url(const checked_section& section, const remote_options& options,
               problem_log& problems) {
    const auto* const node = section.find("url");
    if (node == nullptr) return; // of a wrong type: reported
    const auto path = section.path_of("url");
    const auto url = parse_http_url(options.url);
    if (url.has_error())
        return problems.error(node->line, path, std::string{url.error().message()});
    const bool has_credentials = !options.headers.empty() || !options.bearer_token.empty();
    if (!url->is_tls && !url->is_loopback() && has_credentials)
        problems.warning(node->line, path,
                         "headers and bearer_token travel unprotected over http://",
                         "use https://");
}

} // namespace

void check_remote(const checked_section& section, const remote_options& options,
                  problem_log& problems) {
    check_url(section, options, problems);
    check_headers(section, options, problems);
    if (const auto* token = section.find("bearer_token");
        token != nullptr && !is_field_value(options.bearer_token))
        problems.error(token->line, section.path_of("bearer_token"),
                       "the value holds a control character");
    const auto* const proxy = section.find("proxy");
    const bool names_proxy =
        !options.proxy.empty() && options.proxy != "auto" && options.proxy != "none";
    if (const auto parsed = parse_proxy(options.proxy);
        proxy != nullptr && names_proxy && parsed.has_error())
        problems.error(proxy->line, section.path_of("proxy"),
                       std::string{parsed.error().message()});
    std::error_code ec;
    if (const auto* file = section.find("ca_file");
        file != nullptr && !options.ca_file.empty() &&
        !std::filesystem::is_regular_file(options.ca_file, ec))
        problems.error(file->line, section.path_of("ca_file"), "the file does not exist",
                       "its path is relative to the configuration file");
    report_useless(section, &config_key::is_of_process,
                   "has no meaning for a server that is reached at a url", problems);
}

std::uint64_t mark_of_file(const std::string& path) {
    constexpr std::size_t certificates_bytes_max = 4 * 1024 * 1024;
    if (path.empty()) return 0;
    const auto text = read_text_file(path, certificates_bytes_max);
    return text ? std::hash<std::string>{}(*text) : 0;
}

void check_no_remote(const checked_section& section, problem_log& problems) {
    report_useless(section, &config_key::is_of_remote,
                   "has a meaning only for a server that is reached at a url", problems);
}

} // namespace mcpgw
