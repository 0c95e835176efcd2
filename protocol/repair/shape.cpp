// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/shape.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/repair/json_schema.hpp"
#include "protocol/text/value_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t left_out_max = 20; // more of one object help nobody

std::string in_words(wanted type, std::span<const std::string_view> words) {
    switch (type) {
    case wanted::word:
        return fmt::format("{}", fmt::join(words, " or "));
    case wanted::text:
        return "a text";
    case wanted::filled_text:
        return "a text that is not empty";
    case wanted::boolean:
        return "true or false";
    case wanted::number:
        return "a number";
    case wanted::whole_number:
        return "a whole number";
    case wanted::share:
        return "a number from 0 to 1";
    case wanted::base64:
        return "Base64";
    case wanted::timestamp:
        return "a time like 2025-01-12T15:00:58Z";
    case wanted::absolute_uri:
        return "an absolute URI";
    case wanted::uri_template:
        return "a URI template";
    case wanted::object:
        return "an object";
    case wanted::array:
        return "an array";
    case wanted::output_schema:
        return "a JSON schema that can be compiled";
    case wanted::schema:
        return "a JSON schema whose type is \"object\"";
    case wanted::any:
        break;
    }
    return "a value";
}

bool is_of(wanted type, std::string_view value, std::span<const std::string_view> words) {
    switch (type) {
    case wanted::text:
        return is_json_string(value);
    case wanted::filled_text:
        return is_json_string(value) && value.size() > 2;
    case wanted::boolean:
        return value == "true" || value == "false";
    case wanted::number:
        return is_finite_number(value);
    case wanted::whole_number:
        return is_whole_number(value);
    case wanted::share:
        return is_share(value);
    case wanted::base64:
        return is_base64_text(value);
    case wanted::timestamp:
        return is_timestamp(value);
    case wanted::absolute_uri:
        return is_absolute_uri(value);
    case wanted::uri_template:
        return is_uri_template(value);
    case wanted::word:
        return std::ranges::find(words, value) != words.end();
    case wanted::object:
    case wanted::schema:
    case wanted::output_schema:
        return is_json_object(value);
    case wanted::array:
        return is_json_array(value);
    case wanted::any:
        break;
    }
    return true;
}

const member_shape* find_shape(const shape& in, std::string_view key) {
    for (const auto& member : in.members)
        if (member.key == key) return &member;
    return nullptr;
}

fault misfit(std::string_view place, std::string_view value, std::string_view what) {
    return {errc::server_failed,
            value.empty() ? fmt::format("{} is missing, not {}", place, what)
                          : fmt::format("{} is {}, not {}", place, kind_of(value), what)};
}

/// A property of a schema as MCP wants it, an object; true and false are schemas as well (JSON
/// Schema 2020-12, 4.3.2), and null is what some generators write for the first.
std::string property_schema(std::string_view value) {
    if (value == "false") return R"({"not":{}})";
    return is_json_object(value) ? std::string{value} : "{}"; // what is no schema forbids nothing
}

/// The schema of an object's members. Nothing: it speaks of something else.
std::optional<std::string> object_schema(std::string_view schema) {
    const auto type = find_member(schema, "type");
    const bool may_be_object = type.empty() || type == "null" || type == "\"object\"" ||
                               (is_json_array(type) && type.find("\"object\"") != type.npos);
    if (!may_be_object) return std::nullopt;
    member_writer mended;
    mended.add("type", "\"object\"");
    member_reader members{schema};
    while (const auto member = members.next()) {
        const auto value = member->value;
        if (member->key == "type" || value == "null") continue;
        if (member->key == "$schema" && !is_json_string(value)) continue;
        if (member->key == "properties") {
            if (!is_json_object(value)) continue;
            member_writer properties;
            member_reader each{value};
            while (const auto property = each.next())
                properties.add(property->key, property_schema(property->value));
            mended.add(member->key, properties.object());
        } else if (member->key == "required") {
            std::string names;
            element_reader elements{is_json_array(value) ? value : "[]"};
            while (const auto name = elements.next())
                if (is_json_string(*name)) names += (names.empty() ? "" : ",") + std::string{*name};
            mended.add(member->key, fmt::format("[{}]", names));
        } else {
            mended.add(member->key, value);
        }
    }
    return mended.take_object();
}

class fitter {
public:
    result<std::string> object(std::string_view text, const shape& into, std::string_view place);
    std::vector<std::string> left_out;

private:
    result<std::string> value(std::string_view text, const member_shape& want,
                              std::string_view place);
    result<std::string> entries(std::string_view text, const member_shape& want,
                                std::string_view place);
    void leave_out(std::string text) {
        if (left_out.size() < left_out_max) left_out.push_back(std::move(text));
    }
};

result<std::string> fitter::object(std::string_view text, const shape& into,
                                   std::string_view place) {
    member_writer fitted{text.size()};
    std::uint32_t seen = 0;
    member_reader members{text};
    while (const auto member = members.next()) {
        const auto key = respelt_key(member->key);
        const auto* const want = find_shape(into, key);
        if (want == nullptr) {
            fitted.add(key, member->value);
            continue;
        }
        const auto bit = 1U << static_cast<unsigned>(want - into.members.data());
        if ((seen & bit) != 0) continue; // the last one was taken
        seen |= bit;
        auto sent = find_member(text, want->key);
        if (sent.empty()) sent = member->value;                    // whose name has escapes
        if (sent == "null" && want->type != wanted::any) continue; // counts as absent
        const auto where = fmt::format("{}.{}", place, want->key);
        auto made = value(sent, *want, where);
        if (made.has_value()) {
            fitted.add(want->key, *made);
        } else if (want->is_vital || (want->is_required && want->instead.empty())) {
            return made.error();
        } else {
            leave_out(made.error().detail);
        }
    }
    for (const auto& want : into.members) {
        if (!want.is_required || !find_member(fitted.object(), want.key).empty()) continue;
        const auto other =
            want.instead.empty() ? std::string_view{} : find_member(text, want.instead);
        if (want.type == wanted::schema)
            fitted.add(want.key, R"({"type":"object"})");
        else if (is_json_string(other))
            fitted.add(want.key, other);
        else if (!want.otherwise.empty())
            fitted.add(want.key, want.otherwise);
        else
            return misfit(fmt::format("{}.{}", place, want.key), {},
                          in_words(want.type, want.words));
    }
    auto made = fitted.take_object();
    if (into.check != nullptr)
        if (auto wrong = into.check(made, place)) return std::move(*wrong);
    return made;
}

result<std::string> fitter::value(std::string_view text, const member_shape& want,
                                  std::string_view place) {
    if (want.rule != nullptr) return want.rule->mend(text, place);
    if (!is_of(want.type, text, want.words)) {
        if (want.type == wanted::base64)
            if (auto mended = mended_base64(text)) return std::move(*mended);
        return misfit(place, text, in_words(want.type, want.words));
    }
    if (want.type == wanted::schema) {
        auto schema = object_schema(text);
        if (!schema)
            return fault{errc::server_failed, fmt::format("{} has the type {}, not \"object\"",
                                                          place, find_member(text, "type"))};
        return std::move(*schema);
    }
    if (want.type == wanted::output_schema) {
        const bool is_object = find_member(text, "type") == "\"object\"";
        auto schema = is_object ? *object_schema(text) : std::string{text};
        if (!is_json_schema(schema)) return misfit(place, text, in_words(want.type, want.words));
        return schema;
    }
    if (want.type == wanted::array) return entries(text, want, place);
    if (want.inner != nullptr) return object(text, *want.inner, place);
    return std::string{text};
}

result<std::string> fitter::entries(std::string_view text, const member_shape& want,
                                    std::string_view place) {
    if (want.inner == nullptr && !want.entries) return std::string{text};
    std::string fitted;
    std::size_t index = 0;
    element_reader elements{text};
    while (const auto element = elements.next()) {
        const auto where = fmt::format("{}[{}]", place, index++);
        const auto type = want.entries.value_or(wanted::object);
        if (!is_of(type, *element, want.words))
            return misfit(where, *element, in_words(type, want.words));
        if (!fitted.empty()) fitted += ',';
        if (want.inner == nullptr) {
            fitted += *element;
            continue;
        }
        auto made = object(*element, *want.inner, where);
        if (made.has_error()) return made.error();
        fitted += *made;
    }
    return fmt::format("[{}]", fitted);
}

bool has_fit(std::string_view text, const member_shape& want) {
    if (want.rule != nullptr) return want.rule->is_kept(text);
    if (!is_of(want.type, text, want.words)) return false;
    // Is spelt anew: whether it needs that is as much work.
    if (want.type == wanted::schema || want.type == wanted::output_schema) return false;
    if (want.type != wanted::array) return want.inner == nullptr || fits(text, *want.inner);
    if (want.inner == nullptr && !want.entries) return true;
    element_reader elements{text};
    while (const auto element = elements.next()) {
        if (!is_of(want.entries.value_or(wanted::object), *element, want.words)) return false;
        if (want.inner != nullptr && !fits(*element, *want.inner)) return false;
    }
    return true;
}

} // namespace

std::string_view kind_of(std::string_view value) {
    if (is_json_string(value)) return value.size() > 2 ? "a text" : "an empty text";
    if (is_json_object(value)) return "an object";
    if (is_json_array(value)) return "a list";
    if (value == "null") return "null";
    if (value == "true" || value == "false") return value;
    return value.empty() ? "nothing" : "a number";
}

bool fits(std::string_view object, const shape& into) {
    std::uint32_t seen = 0;
    member_reader members{object};
    while (const auto member = members.next()) {
        if (member->key.find('\\') != std::string_view::npos) return false;
        const auto* const want = find_shape(into, member->key);
        if (want == nullptr) continue;
        const auto bit = 1U << static_cast<unsigned>(want - into.members.data());
        if ((seen & bit) != 0 || !has_fit(member->value, *want)) return false;
        seen |= bit;
    }
    for (const auto& want : into.members) {
        const auto bit = 1U << static_cast<unsigned>(&want - into.members.data());
        if (want.is_required && (seen & bit) == 0) return false;
    }
    return into.check == nullptr || !into.check(object, {});
}

result<fitted_object> fit(std::string_view object, const shape& into, std::string_view place) {
    fitter one;
    auto text = one.object(object, into, place);
    if (text.has_error()) return text.error();
    return fitted_object{std::move(*text), std::move(one.left_out)};
}

} // namespace mcpgw
