// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_content.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <span>

namespace mcpgw {

namespace {

constexpr std::string_view greeting_uri = "demo://greeting";
constexpr std::string_view logo_uri = "demo://logo";
constexpr std::string_view numbers_prefix = "demo://numbers/";
constexpr std::string_view numbers_template = "demo://numbers/{n}";
constexpr std::string_view prompt_name = "summarize";

constexpr std::int64_t number_max = 3'037'000'499; // the largest whose square fits in 64 bits

// 16 by 16 pixels, four colours: a gate with an arrow through it.
constexpr std::string_view logo_base64 =
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAgMAAABinRfyAAAADFBMVEX///8fKTeTxf3qWAwRom5xAAAAL0lEQVR4"
    "2mNgAAHW0NAABrZVqyZAialhQGICG5T4//8YiPgHZSEkEARrAGsA2CQA6nMYO2+gbUAAAAAASUVORK5CYII=";

constexpr std::array<std::string_view, 3> styles{"short", "bullet points", "detailed"};
constexpr std::array<std::string_view, 9> numbers{"1",  "2",  "3",   "5",   "10",
                                                  "20", "50", "100", "1000"};

constexpr std::string_view resources_json = R"json([
{
  "uri": "demo://greeting",
  "name": "greeting",
  "title": "Greeting",
  "description": "A line of text",
  "mimeType": "text/plain"
},
{
  "uri": "demo://logo",
  "name": "logo",
  "title": "Logo",
  "description": "A PNG image of 16 by 16 pixels",
  "mimeType": "image/png"
}
])json";

constexpr std::string_view templates_json = R"json([
{
  "uriTemplate": "demo://numbers/{n}",
  "name": "number",
  "title": "A number and its square",
  "description": "The integer n and its square as JSON",
  "mimeType": "application/json"
}
])json";

constexpr std::string_view prompts_json = R"json([
{
  "name": "summarize",
  "title": "Summarize",
  "description": "Asks for a summary of a text",
  "arguments": [
    {"name": "text", "title": "Text", "description": "The text to summarize", "required": true},
    {
      "name": "style", "title": "Style", "required": false,
      "description": "How the summary should look, such as short, bullet points or detailed"
    }
  ]
}
])json";

/// The number of demo://numbers/{n}. One spelling each, so that a URI names one resource only.
std::optional<std::int64_t> parse_number_uri(std::string_view uri) {
    if (!uri.starts_with(numbers_prefix)) return std::nullopt;
    const auto digits = uri.substr(numbers_prefix.size());
    std::int64_t number = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (ec != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    if (number > number_max || number < -number_max) return std::nullopt;
    if (fmt::format("{}", number) != digits) return std::nullopt;
    return number;
}

std::string contents_members(std::string_view uri, std::string_view mime_type,
                             std::string_view payload_key, std::string_view payload) {
    return R"("contents":[{"uri":)" + quote_json(uri) + R"(,"mimeType":)" + quote_json(mime_type) +
           "," + quote_json(payload_key) + ":" + quote_json(payload) + "}]";
}

std::string completion_members(std::span<const std::string_view> candidates,
                               std::string_view prefix) {
    std::string values;
    int total = 0;
    for (const auto candidate : candidates) {
        if (!candidate.starts_with(prefix)) continue;
        if (total++ > 0) values += ',';
        values += quote_json(candidate);
    }
    return R"("completion":{"values":[)" + values +
           fmt::format(R"(],"total":{},"hasMore":false}})", total);
}

/// The string member `key` of a scanned object; nothing if it is absent or no string.
std::optional<std::string> find_text(std::string_view object_text, std::string_view key) {
    return unquote_json(find_member(object_text, key));
}

} // namespace

const std::string& demo_resource_list() {
    static const std::string text = "\"resources\":" + minify_json(resources_json);
    return text;
}

const std::string& demo_template_list() {
    static const std::string text = "\"resourceTemplates\":" + minify_json(templates_json);
    return text;
}

const std::string& demo_prompt_list() {
    static const std::string text = "\"prompts\":" + minify_json(prompts_json);
    return text;
}

std::string_view demo_logo_base64() {
    return logo_base64;
}

std::optional<std::string> read_demo_resource(std::string_view uri) {
    if (uri == greeting_uri)
        return contents_members(uri, "text/plain", "text", "Hello from the demo server.");
    if (uri == logo_uri) return contents_members(uri, "image/png", "blob", logo_base64);
    const auto number = parse_number_uri(uri);
    if (!number) return std::nullopt;
    const auto square = *number * *number;
    return contents_members(uri, "application/json", "text",
                            fmt::format(R"({{"n":{},"square":{}}})", *number, square));
}

result<std::string> get_demo_prompt(std::string_view name, const demo_arguments& arguments) {
    if (name != prompt_name)
        return fault{errc::prompt_not_found,
                     fmt::format("There is no prompt '{}'; there is 'summarize'", name)};
    const auto text = arguments.text("text");
    if (!text) return text.error();
    const auto style = arguments.optional_text("style");
    if (!style) return style.error();
    std::string message = "Summarize the following text";
    if (*style) message += " in this style: " + **style;
    message += ".\n\n" + *text;
    return R"("description":"Asks for a summary of a text",)"
           R"("messages":[{"role":"user","content":{"type":"text","text":)" +
           quote_json(message) + "}}]";
}

result<std::string> complete_demo_argument(std::string_view params_json) {
    const auto ref = find_member(params_json, "ref");
    const auto argument = find_member(params_json, "argument");
    if (!is_json_object(ref) || !is_json_object(argument))
        return fault{errc::invalid_params, "'ref' and 'argument' must be objects"};
    const auto type = find_text(ref, "type");
    const auto name = find_text(argument, "name");
    const auto value = find_text(argument, "value");
    if (!name || !value)
        return fault{errc::invalid_params, "'argument' needs the strings 'name' and 'value'"};
    if (type == "ref/prompt") {
        if (find_text(ref, "name") != prompt_name)
            return fault{errc::invalid_params, "'ref' names no prompt of this server"};
        if (*name == "style") return completion_members(styles, *value);
        if (*name == "text") return completion_members({}, *value);
        return fault{errc::invalid_params, fmt::format("The prompt has no argument '{}'", *name)};
    }
    if (type == "ref/resource") {
        if (find_text(ref, "uri") != numbers_template)
            return fault{errc::invalid_params, "'ref' names no resource template of this server"};
        if (*name == "n") return completion_members(numbers, *value);
        return fault{errc::invalid_params, fmt::format("The template has no variable '{}'", *name)};
    }
    return fault{errc::invalid_params, "'ref.type' must be ref/prompt or ref/resource"};
}

} // namespace mcpgw
