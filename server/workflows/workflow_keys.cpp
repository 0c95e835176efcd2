// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/workflow_keys.hpp"

#include "server/config/keys/config_hint.hpp"
#include "server/config/sections/config_duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

/// onError -> on_error
std::string snake_case(std::string_view text) {
    std::string made;
    for (const char c : text) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        if (is_upper && !made.empty()) made += '_';
        made += is_upper ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return made;
}

bool fits(const workflow_key& key, std::string_view written) {
    if (written == key.name) return true;
    const auto name = snake_case(written);
    return name == key.name || (!key.older.empty() && name == key.older);
}

} // namespace

void workflow_table::complain(std::string_view key, std::string message, std::string hint) const {
    problems_.push_back(
        {key.empty() ? place_ : place_of(key), std::move(message), std::move(hint)});
}

std::string workflow_table::place_of(std::string_view key) const {
    return place_.empty() ? std::string{key} : fmt::format("{}.{}", place_, key);
}

void workflow_table::check_keys(std::span<const workflow_key> known) const {
    for (const auto& [name, value] : table_) {
        const std::string_view written = name;
        if (std::ranges::any_of(known, [&](const auto& each) { return fits(each, written); }))
            continue;
        std::vector<std::string_view> names;
        for (const auto& each : known) names.push_back(each.name);
        const auto meant = nearest_word(snake_case(written), names);
        complain(written.substr(0, 60), "unknown key",
                 meant.empty() ? "" : fmt::format("did you mean {}?", meant));
    }
}

const json::value* workflow_table::find(const workflow_key& key) const {
    for (const auto& [name, value] : table_)
        if (fits(key, name) && !value.is_null()) return &value;
    return nullptr;
}

void workflow_table::wrong_type(const workflow_key& key, std::string_view wanted) const {
    complain(key.name, fmt::format("wrong type: expected {}", wanted));
}

std::string workflow_table::text(const workflow_key& key) const {
    const auto* const value = find(key);
    if (value == nullptr) return {};
    if (const auto* const text = value->if_string()) return std::string{std::string_view{*text}};
    wrong_type(key, "a text");
    return {};
}

std::optional<bool> workflow_table::condition(const workflow_key& key) const {
    const auto* const value = find(key);
    if (value == nullptr) return std::nullopt;
    if (const auto* const yes = value->if_bool()) return *yes;
    wrong_type(key, "true or false");
    return std::nullopt;
}

std::size_t workflow_table::count(const workflow_key& key, std::size_t otherwise, std::size_t min,
                                  std::size_t max) const {
    const auto* const value = find(key);
    if (value == nullptr) return otherwise;
    const auto* const number = value->if_int64();
    if (number != nullptr && *number >= static_cast<std::int64_t>(min) &&
        *number <= static_cast<std::int64_t>(max))
        return static_cast<std::size_t>(*number);
    complain(key.name, fmt::format("must be a whole number from {} to {}", min, max));
    return otherwise;
}

std::chrono::milliseconds workflow_table::duration(const workflow_key& key,
                                                   std::chrono::milliseconds otherwise,
                                                   std::chrono::milliseconds max) const {
    const auto* const value = find(key);
    if (value == nullptr) return otherwise;
    std::optional<std::chrono::milliseconds> read;
    constexpr double second = 1000;
    if (const auto* const text = value->if_string()) read = parse_duration(*text);
    if (value->is_number()) {
        const auto seconds = value->to_number<double>();
        if (seconds >= 0 && seconds * second <= static_cast<double>(max.count()))
            read = std::chrono::milliseconds{std::llround(seconds * second)};
    }
    if (read && read->count() >= 0 && *read <= max) return *read;
    complain(key.name, "must be a duration of not more than a day",
             R"(write "30s", "5m", or a number of seconds)");
    return otherwise;
}

const json::object* workflow_table::table(const workflow_key& key) const {
    const auto* const value = find(key);
    if (value == nullptr) return nullptr;
    if (!value->is_object()) wrong_type(key, "a table");
    return value->if_object();
}

const json::array* workflow_table::list(const workflow_key& key) const {
    const auto* const value = find(key);
    if (value == nullptr) return nullptr;
    if (!value->is_array()) wrong_type(key, "a list");
    return value->if_array();
}

std::optional<value_template> workflow_table::values(const workflow_key& key) const {
    const auto* const value = find(key);
    if (value == nullptr) return std::nullopt;
    auto read = value_template::read(*value);
    if (!read.has_error()) return std::move(*read);
    const auto failure = read.error();
    problems_.push_back({place_of(key.name) + failure.pointer, failure.why.in(failure.text)});
    return std::nullopt;
}

std::optional<expression> workflow_table::condition_of(const workflow_key& key) const {
    const auto* const value = find(key);
    if (value == nullptr) return std::nullopt;
    if (const auto* const yes = value->if_bool()) return *expression::read(*yes ? "true" : "false");
    const auto* const text = value->if_string();
    if (text == nullptr) {
        wrong_type(key, "an expression (a text), true or false");
        return std::nullopt;
    }
    std::string_view says = *text;
    // As it would stand in a text.
    if (says.starts_with("${") && says.ends_with('}')) says = says.substr(2, says.size() - 3);
    auto read = expression::read(says);
    if (!read.has_error()) return std::move(*read);
    complain(key.name, read.error().in(says));
    return std::nullopt;
}

} // namespace mcpgw
