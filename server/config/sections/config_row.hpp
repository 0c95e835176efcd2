// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/keys/config_key_tables.hpp"
#include "server/config/sections/config_value.hpp"

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace mcpgw {

/// What the tables of keys are written with: `key(name, place, effect, sentence, traits...)`.

namespace detail {

template <class Options>
constexpr auto& follow(Options& options) {
    return options;
}
template <auto first, auto... rest, class Options>
constexpr auto& follow(Options& options) {
    if constexpr (sizeof...(rest) == 0)
        return options.*first;
    else
        return follow<rest...>(options.*first);
}

template <class Options, auto... path>
bool is_same_at(const void* one, const void* other) {
    return follow<path...>(*static_cast<const Options*>(one)) ==
           follow<path...>(*static_cast<const Options*>(other));
}

template <class Options, class Member>
Options owner_of(Member Options::*);
template <class Options>
Options owner_of(void (*)(Options&, const value_site&));

} // namespace detail

/// In a member, or in a member of a member: place_in<&child_options::pool, &pool_options::min>().
template <auto... path>
constexpr config_place place_in() {
    using options = decltype(detail::owner_of(std::get<0>(std::tuple{path...})));
    using value = std::remove_cvref_t<decltype(detail::follow<path...>(std::declval<options&>()))>;
    config_place place{type_of<value>, choices_of<value>, &options_tag<options>};
    place.store = [](void* kept, const value_site& site) {
        store_value(detail::follow<path...>(*static_cast<options*>(kept)), site);
    };
    place.show = [](const void* kept, const config_key& key) {
        const options untouched{};
        const auto& shown = kept == nullptr ? untouched : *static_cast<const options*>(kept);
        return show_value(detail::follow<path...>(shown), key);
    };
    place.same = detail::is_same_at<options, path...>;
    return place;
}

/// In a member that is true or false, or what a flag says.
template <auto... path>
constexpr config_place condition_in() {
    auto place = place_in<path...>();
    place.type = key_type::condition;
    return place;
}

/// Where `store`, a function (options&, const value_site&), puts it. `show`: (const options&), as
/// JSON. `path`: the member that it fills; none where the row of another key has that.
template <auto store, auto show = nullptr, auto... path>
constexpr config_place place_by(key_type type) {
    using options = decltype(detail::owner_of(store));
    config_place place{type, {}, &options_tag<options>};
    place.store = [](void* kept, const value_site& site) {
        store(*static_cast<options*>(kept), site);
    };
    if constexpr (!std::is_null_pointer_v<decltype(show)>)
        place.show = [](const void* kept, const config_key& /*key*/) {
            return show(kept == nullptr ? options{} : *static_cast<const options*>(kept));
        };
    if constexpr (sizeof...(path) > 0) place.same = detail::is_same_at<options, path...>;
    return place;
}

/// The reader looks at it itself.
constexpr config_place place_of_reader(key_type type) {
    return {type};
}

// ---- traits

struct range {
    double min, max;
};
struct said_default {
    std::string_view json; ///< where the options cannot tell
};
inline constexpr auto no_default = &config_key::has_no_default;
inline constexpr auto expanded = &config_key::is_expanded;
inline constexpr auto required = &config_key::is_required;
inline constexpr auto file_path = &config_key::is_file_path;
inline constexpr auto of_one = &config_key::is_of_one;
inline constexpr auto of_process = &config_key::is_of_process;
inline constexpr auto of_remote = &config_key::is_of_remote;
inline constexpr auto in_status = &config_key::is_in_status;
inline constexpr auto personal = &config_key::is_personal;

constexpr void add_trait(config_key& key, range allowed) {
    key.min = allowed.min;
    key.max = allowed.max;
}
constexpr void add_trait(config_key& key, said_default given) {
    key.said_default = given.json;
}
constexpr void add_trait(config_key& key, bool config_key::*flag) {
    key.*flag = true;
}

template <class... Traits>
constexpr config_key key(std::string_view name, config_place place, key_effect effect,
                         std::string_view description, Traits... traits) {
    config_key made{.name = name, .place = place, .effect = effect, .description = description};
    if (name.ends_with("_ms")) made.place.type = key_type::milliseconds;
    (add_trait(made, traits), ...);
    return made;
}

/// A table with rows of its own, in the section "children." and its name.
template <class... Traits>
constexpr config_key table_key(std::string_view name, std::string_view description,
                               Traits... traits) {
    return key(name, place_of_reader(key_type::table), key_effect::at_once, description,
               said_default{"{}"}, traits...);
}

// ---- ranges that several of them use

inline constexpr double key_bytes_min = 1024;
inline constexpr double key_bytes_max = 1024.0 * 1024 * 1024;
inline constexpr double key_count_max = 1'000'000;
inline constexpr double day_seconds = 86'400;
inline constexpr double day_ms = day_seconds * 1000;

} // namespace mcpgw
