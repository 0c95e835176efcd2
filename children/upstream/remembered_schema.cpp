// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/remembered_schema.hpp"

#include "protocol/crypto/request_digest.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::string_view format_version = "1"; // of the file; another one is not understood

fault useless(std::string why) {
    return {errc::internal_error, std::move(why)};
}

/// What files of older gateways do not say is not known.
question_record read_questions(std::string_view text, std::string_view server_info) {
    question_record questions;
    questions.meet(server_info);
    if (find_member(text, "asks") == "true") questions.on_question();
    element_reader quiet{find_member(text, "quiet")};
    while (const auto name = quiet.next())
        if (const auto tool = unquote_json(*name)) questions.prove({}, *tool);
    return questions;
}

result<void> read_list(std::string_view array, list_kind kind, std::size_t items_max,
                       std::vector<list_item>& into) {
    if (!is_json_array(array)) return useless(fmt::format("it has no list `{}`", array_key(kind)));
    element_reader elements{array};
    while (const auto element = elements.next()) {
        auto key = unquote_json(find_member(*element, item_key(kind)));
        if (!is_json_object(*element) || !key || key->empty())
            return useless(
                fmt::format("an entry of `{}` has no `{}`", array_key(kind), item_key(kind)));
        if (into.size() >= items_max)
            return useless(fmt::format("`{}` has more than {} entries (limits.list_items_max)",
                                       array_key(kind), items_max));
        into.push_back({std::move(*key), std::string{*element}});
    }
    return {};
}

std::optional<std::int64_t> read_seconds(std::string_view number) {
    std::int64_t seconds = 0;
    const auto* const end = number.data() + number.size();
    const auto [at, error] = std::from_chars(number.data(), end, seconds);
    if (number.empty() || error != std::errc{} || at != end) return std::nullopt;
    return seconds;
}

/// Nothing, where there is no whole answer: the server is asked again.
std::optional<remembered_eras> read_eras(std::string_view object) {
    if (!is_json_object(object)) return std::nullopt;
    remembered_eras eras;
    eras.is_modern = find_member(object, "modern") == "true";
    eras.is_legacy = find_member(object, "legacy") == "true";
    const auto asked_at = read_seconds(find_member(object, "askedAt"));
    if (!asked_at || (!eras.is_modern && !eras.is_legacy)) return std::nullopt;
    eras.asked_at = *asked_at;
    const auto taken = find_member(object, "takesInitialize");
    const auto tried_at = read_seconds(find_member(object, "triedAt"));
    if (tried_at && (taken == "true" || taken == "false")) {
        eras.takes_initialize = taken == "true";
        eras.tried_at = *tried_at;
    }
    return eras;
}

std::string write_eras(const remembered_eras& eras) {
    member_writer text;
    text.add("modern", eras.is_modern ? "true" : "false");
    text.add("legacy", eras.is_legacy ? "true" : "false");
    text.add("askedAt", fmt::to_string(eras.asked_at));
    if (eras.takes_initialize) {
        text.add("takesInitialize", *eras.takes_initialize ? "true" : "false");
        text.add("triedAt", fmt::to_string(eras.tried_at));
    }
    return text.object();
}

} // namespace

std::string schema_key(const child_options& options) {
    std::string args;
    for (const auto& arg : options.args) args += (args.empty() ? "" : ",") + quote_json(arg);
    const auto only_era = options.only_era ? to_string(*options.only_era) : std::string_view{};
    return request_digest("schema", options.command,
                          fmt::format(R"({{"args":[{}],"url":{},"cwd":{},"era":{}}})", args,
                                      quote_json(options.remote.url), quote_json(options.cwd),
                                      quote_json(only_era)));
}

std::string encode_schema(const remembered_schema& schema, std::string_view key) {
    const auto& lists = schema.lists;
    member_writer text;
    text.add("format", format_version);
    text.add("key", quote_json(key));
    text.add("revision", quote_json(to_string(schema.spoken)));
    if (!schema.server_info.empty()) text.add("serverInfo", schema.server_info);
    if (schema.eras) text.add("eras", write_eras(*schema.eras));
    text.add("capabilities", lists.capabilities);
    text.add("instructions", quote_json(lists.instructions));
    if (schema.questions.has_asked()) text.add("asks", "true");
    std::string quiet;
    for (const auto& tool : schema.questions.proven())
        quiet += (quiet.empty() ? "" : ",") + quote_json(tool);
    if (!quiet.empty()) text.add("quiet", "[" + quiet + "]");
    for (const auto kind : all_lists) {
        std::string array = "[";
        for (const auto& item : lists.items(kind))
            array += (array.size() > 1 ? ",\n" : "\n") + item.json;
        text.add(array_key(kind), array + "]");
    }
    return text.object() + "\n";
}

result<remembered_schema> decode_schema(std::string_view text, std::string_view key,
                                        std::size_t items_max) {
    if (check_json(text).has_error() || !is_json_object(text))
        return useless("it is no JSON object, or not whole");
    if (find_member(text, "format") != format_version)
        return useless("it was written by another version of the gateway");
    if (unquote_json(find_member(text, "key")) != key)
        return useless("it is about another command, url or directory");
    remembered_schema schema;
    const auto spoken = unquote_json(find_member(text, "revision")).value_or("");
    const auto known = parse_revision(spoken);
    if (!known) return useless("it names no protocol revision that this gateway knows");
    schema.spoken = *known;
    schema.server_info = find_member(text, "serverInfo");
    schema.eras = read_eras(find_member(text, "eras"));
    schema.lists.capabilities = find_member(text, "capabilities");
    auto instructions = unquote_json(find_member(text, "instructions"));
    if (!is_json_object(schema.lists.capabilities) || !instructions ||
        (!schema.server_info.empty() && !is_json_object(schema.server_info)))
        return useless("parts of it are missing");
    schema.lists.instructions = std::move(*instructions);
    for (const auto kind : all_lists) {
        const auto read = read_list(find_member(text, array_key(kind)), kind, items_max,
                                    schema.lists.items(kind));
        if (read.has_error()) return read.error();
    }
    schema.questions = read_questions(text, schema.server_info);
    return schema;
}

} // namespace mcpgw
