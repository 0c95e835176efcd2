#include "protocol/shape.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t left_out_max = 20; // more of one object help nobody

std::string_view in_words(wanted type) {
    switch (type) {
    case wanted::text:
        return "a text";
    case wanted::filled_text:
        return "a text that is not empty";
    case wanted::boolean:
        return "true or false";
    case wanted::number:
        return "a number";
    case wanted::object:
        return "an object";
    case wanted::array:
        return "an array";
    case wanted::role:
        return "\"user\" or \"assistant\"";
    case wanted::schema:
        return "a JSON schema whose type is \"object\"";
    case wanted::any:
        break;
    }
    return "a value";
}

bool is_number(std::string_view value) {
    return !value.empty() &&
           (value.front() == '-' || (value.front() >= '0' && value.front() <= '9'));
}

bool is_of(wanted type, std::string_view value) {
    switch (type) {
    case wanted::text:
        return is_json_string(value);
    case wanted::filled_text:
        return is_json_string(value) && value.size() > 2;
    case wanted::boolean:
        return value == "true" || value == "false";
    case wanted::number:
        return is_number(value);
    case wanted::object:
    case wanted::schema:
        return is_json_object(value);
    case wanted::array:
        return is_json_array(value);
    case wanted::role:
        return value == "\"user\"" || value == "\"assistant\"";
    case wanted::any:
        break;
    }
    return true;
}

fault misfit(std::string_view place, std::string_view value, std::string_view what) {
    return {errc::server_failed,
            value.empty() ? fmt::format("{} is missing, not {}", place, what)
                          : fmt::format("{} is {}, not {}", place, kind_of(value), what)};
}

/// A property of a schema as MCP wants it, an object; true and false are schemas as well (JSON
/// Schema 2020-12, 4.3.2), and null is what some generators write for the first.
std::string property_schema(std::string_view value) {
    if (value == "true" || value == "null") return "{}";
    if (value == "false") return R"({"not":{}})";
    return std::string{value};
}

/// The schema of an object's members. Nothing: it speaks of something else.
std::optional<std::string> object_schema(std::string_view schema) {
    const auto type = find_member(schema, "type");
    const bool may_be_object =
        type.empty() || type == "null" || type == "\"object\"" ||
        (is_json_array(type) && type.find("\"object\"") != type.npos);
    if (!may_be_object) return std::nullopt;
    member_writer mended;
    mended.add("type", "\"object\"");
    member_reader members{schema};
    while (const auto member = members.next()) {
        const auto value = member->value;
        if (member->key == "type" || value == "null") continue;
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
    member_reader members{text};
    const auto find = [&into](std::string_view key) -> const member_shape* {
        for (const auto& member : into.members)
            if (member.key == key) return &member;
        return nullptr;
    };
    while (const auto member = members.next()) {
        const auto* const want = find(member->key);
        if (want == nullptr) {
            fitted.add(member->key, member->value);
            continue;
        }
        if (member->value == "null" && want->type != wanted::any) continue; // counts as absent
        const auto where = fmt::format("{}.{}", place, want->key);
        auto made = value(member->value, *want, where);
        if (made.has_value()) {
            fitted.add(member->key, *made);
        } else if (want->is_required && want->instead.empty()) {
            return made.error();
        } else {
            leave_out(made.error().detail);
        }
    }
    for (const auto& want : into.members) {
        if (!want.is_required || !find_member(fitted.object(), want.key).empty()) continue;
        const auto other = want.instead.empty() ? std::string_view{}
                                                : find_member(text, want.instead);
        if (want.type == wanted::schema)
            fitted.add(want.key, R"({"type":"object"})");
        else if (is_json_string(other))
            fitted.add(want.key, other);
        else
            return misfit(fmt::format("{}.{}", place, want.key), {}, in_words(want.type));
    }
    auto made = fitted.take_object();
    if (into.check != nullptr)
        if (auto wrong = into.check(made, place)) return std::move(*wrong);
    return made;
}

result<std::string> fitter::value(std::string_view text, const member_shape& want,
                                  std::string_view place) {
    if (!is_of(want.type, text)) return misfit(place, text, in_words(want.type));
    if (want.type == wanted::schema) {
        auto schema = object_schema(text);
        if (!schema)
            return fault{errc::server_failed,
                         fmt::format("{} has the type {}, not \"object\"", place,
                                     find_member(text, "type"))};
        return std::move(*schema);
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
        if (!is_of(type, *element)) return misfit(where, *element, in_words(type));
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

} // namespace

std::string_view kind_of(std::string_view value) {
    if (is_json_string(value)) return value.size() > 2 ? "a text" : "an empty text";
    if (is_json_object(value)) return "an object";
    if (is_json_array(value)) return "a list";
    if (value == "null") return "null";
    if (value == "true" || value == "false") return value;
    return value.empty() ? "nothing" : "a number";
}

result<fitted_object> fit(std::string_view object, const shape& into, std::string_view place) {
    fitter one;
    auto text = one.object(object, into, place);
    if (text.has_error()) return text.error();
    return fitted_object{std::move(*text), std::move(one.left_out)};
}

} // namespace mcpgw
