// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/launch_orders.hpp"

#include <charconv>
#include <string>

namespace mcpgw {

namespace {

// One record for each value: a letter, the text, a zero byte. The last record is `end` alone, so
// that orders which are cut off are known as such.
enum tag : char {
    gateway = 'P',
    program = 'p',
    argument = 'a',
    variable = 'e',
    inherited_name = 'i',
    limit = 'L',
    user = 'u',
    group = 'g',
    mask = 'm',
    landlock = 'l',
    readable = 'r',
    writable = 'w',
    no_network = 'n',
    end = '.',
};

template <class Number>
bool read_number(std::string_view text, Number& into) {
    const auto* const stop = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), stop, into);
    return parsed.ec == std::errc{} && parsed.ptr == stop;
}

/// "files=64"
bool read_limit(std::string_view text, resource_limits& limits) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return false;
    for (const auto& kind : limit_kinds()) {
        if (kind.key != text.substr(0, equals)) continue;
        return read_number(text.substr(equals + 1), (limits.*kind.value).emplace());
    }
    return false;
}

bool read_record(char letter, std::string_view text, launch_orders& orders) {
    auto& isolation = orders.isolation;
    switch (letter) {
    case tag::gateway:
        return read_number(text, orders.gateway);
    case tag::program:
        orders.path = text;
        return true;
    case tag::argument:
        orders.args.emplace_back(text);
        return true;
    case tag::variable:
        orders.environment.emplace_back(text);
        return true;
    case tag::inherited_name:
        orders.inherited.emplace_back(text);
        return true;
    case tag::limit:
        return read_limit(text, isolation.limits);
    case tag::user:
        isolation.user = text;
        return true;
    case tag::group:
        isolation.group = text;
        return true;
    case tag::mask:
        return read_number(text, isolation.umask.emplace());
    case tag::landlock:
        isolation.landlock.emplace();
        return true;
    case tag::readable:
        if (isolation.landlock) isolation.landlock->read.emplace_back(text);
        return isolation.landlock.has_value();
    case tag::writable:
        if (isolation.landlock) isolation.landlock->write.emplace_back(text);
        return isolation.landlock.has_value();
    case tag::no_network:
        isolation.has_network = false;
        return true;
    default:
        return false;
    }
}

} // namespace

std::string encode_orders(const launch_orders& orders) {
    std::string bytes;
    const auto add = [&bytes](tag letter, std::string_view text = {}) {
        bytes += letter;
        bytes += text;
        bytes += '\0';
    };
    const auto add_all = [&add](tag letter, const std::vector<std::string>& texts) {
        for (const auto& text : texts) add(letter, text);
    };
    const auto& isolation = orders.isolation;
    add(tag::gateway, std::to_string(orders.gateway));
    add(tag::program, orders.path);
    add_all(tag::argument, orders.args);
    add_all(tag::variable, orders.environment);
    add_all(tag::inherited_name, orders.inherited);
    for (const auto& kind : limit_kinds())
        if (const auto value = isolation.limits.*kind.value)
            add(tag::limit, std::string{kind.key} + '=' + std::to_string(*value));
    add(tag::user, isolation.user);
    add(tag::group, isolation.group);
    if (isolation.umask) add(tag::mask, std::to_string(*isolation.umask));
    if (isolation.landlock) {
        add(tag::landlock);
        add_all(tag::readable, isolation.landlock->read);
        add_all(tag::writable, isolation.landlock->write);
    }
    if (!isolation.has_network) add(tag::no_network);
    add(tag::end);
    return bytes;
}

std::optional<launch_orders> decode_orders(std::string_view bytes) {
    launch_orders orders;
    for (;;) {
        const auto stop = bytes.find('\0');
        if (stop == std::string_view::npos || stop == 0) return std::nullopt;
        const char letter = bytes[0];
        const auto text = bytes.substr(1, stop - 1);
        bytes.remove_prefix(stop + 1);
        if (letter == tag::end) break;
        if (!read_record(letter, text, orders)) return std::nullopt;
    }
    if (!bytes.empty()) return std::nullopt;
    return orders;
}

} // namespace mcpgw
