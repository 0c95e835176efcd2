// SPDX-License-Identifier: Apache-2.0
#include "server/search/search_answer.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t sentence_bytes_max = 160;
constexpr std::size_t sentence_bytes_min =
    12; // a shorter one says too little alone ("v1.", "e.g.")
constexpr std::size_t arguments_max = 12;
constexpr std::size_t nearest_max = 3; // that are shown where nothing serves
constexpr std::size_t unmatched_max = 12;
constexpr std::size_t question_bytes_shown_max = 200;

std::string text_of(std::string_view json, std::string_view key) {
    return unquote_json(find_member(json, key)).value_or("");
}

std::string list_of(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts)
        all += fmt::format("{}{}", all.empty() ? "" : ",", quote_json(text));
    return "[" + all + "]";
}

std::vector<std::string> names_in(std::string_view object) {
    std::vector<std::string> names;
    if (!is_json_object(object)) return names;
    member_reader members{object};
    while (const auto member = members.next())
        names.push_back(unquote_json(fmt::format("\"{}\"", member->key)).value_or(""));
    return names;
}

/// Puts an answer together, and counts what it costs.
class answer_writer {
public:
    answer_writer(const found_tools& found, const answer_frame& frame)
        : found_(found), frame_(frame) {}

    search_answer write() {
        const bool serves = found_.confidence != search_confidence::none;
        const auto most = serves ? frame_.results_max : std::min(frame_.results_max, nearest_max);
        say(verdict());
        for (const auto& tool : found_.best) {
            if (shown_ == most || !add_tool(tool, serves)) break;
        }
        say_rest();
        members_ += fmt::format(R"(,"tools":[{}],"matches":{},"searched":{},"unmatched_words":{})",
                                tools_, found_.matches, found_.searched, list_of(unmatched()));
        if (!frame_.missing.empty())
            members_ += fmt::format(R"(,"missing_servers":{})", frame_.missing);
        const auto question =
            frame_.question.substr(0, utf8_prefix(frame_.question, question_bytes_shown_max));
        return {std::move(text_), fmt::format(R"({{"query":{},"confidence":"{}","message":{}{}}})",
                                              quote_json(question), word_of(found_.confidence),
                                              quote_json(verdict()), members_)};
    }

private:
    [[nodiscard]] std::string verdict() const {
        if (found_.searched == 0) return "There are no tools here.";
        if (found_.best.empty())
            return fmt::format("None of the {} tools here has any word of this request.",
                               found_.searched);
        switch (found_.confidence) {
        case search_confidence::high:
            return "The first tool is very likely the right one.";
        case search_confidence::ambiguous:
            return "Several tools may serve; read their descriptions.";
        case search_confidence::none:
            break;
        }
        return fmt::format("No tool of the {} here seems to serve this request. The nearest:",
                           found_.searched);
    }
    [[nodiscard]] std::vector<std::string> unmatched() const {
        auto words = found_.unmatched;
        words.resize(std::min(words.size(), unmatched_max));
        return words;
    }
    void say(std::string_view line) {
        text_.append(text_.empty() ? "" : "\n").append(line);
        tokens_ += estimated_tokens(line) + 1;
    }
    [[nodiscard]] bool fits(std::string_view more) const {
        return tokens_ + estimated_tokens(more) + 1 <= frame_.tokens_max;
    }

    /// False: the answer is full.
    bool add_tool(const found_tools::tool& tool, bool may_have_schema) {
        const auto json = tool.entry.json;
        const auto title = text_of(json, "title");
        const auto sentence = first_sentence(text_of(json, "description"));
        auto arguments = argument_names(json);
        if (arguments.size() > arguments_max) {
            arguments.resize(arguments_max);
            arguments.emplace_back("…");
        }
        const auto of = frame_.names_servers ? fmt::format("{}: ", tool.entry.server) : "";
        const auto line =
            fmt::format("{}. {}{}({}){}{}", shown_ + 1, of, tool.entry.name,
                        fmt::join(arguments, ", "), sentence.empty() ? "" : " – ", sentence);
        if (shown_ > 0 && !fits(line)) return false;
        say(line);
        auto members = fmt::format(R"("name":{},"{}":{})", quote_json(tool.entry.name),
                                   frame_.names_servers ? "server_id" : "server",
                                   quote_json(tool.entry.server));
        if (!title.empty()) members += fmt::format(R"(,"title":{})", quote_json(title));
        members += fmt::format(R"(,"description":{},"arguments":{})", quote_json(sentence),
                               list_of(arguments));
        if (may_have_schema && shown_ < frame_.schemas) {
            const auto schema = minify_json(find_member(json, "inputSchema"));
            const auto shown = "   inputSchema: " + schema;
            if (is_json_object(schema) && fits(shown)) {
                say(shown);
                members += ",\"inputSchema\":" + schema;
            }
        }
        tools_ += fmt::format("{}{{{}}}", shown_ == 0 ? "" : ",", members);
        ++shown_;
        return true;
    }

    void say_rest() {
        const auto left = found_.matches - std::min(found_.matches, shown_);
        if (left > 0 && found_.confidence != search_confidence::none)
            say(fmt::format("{} more have some word of it; other words narrow it down.", left));
        if (const auto words = unmatched(); !words.empty())
            say(fmt::format("No tool has: {}.", fmt::join(words, ", ")));
        if (!frame_.missing.empty())
            say(fmt::format("Not searched, for they have not told their tools yet: {}.",
                            fmt::join(names_in(frame_.missing), ", ")));
    }

    const found_tools& found_;
    const answer_frame& frame_;
    std::string text_;
    std::string members_;
    std::string tools_;
    std::size_t shown_ = 0;
    std::size_t tokens_ = 0;
};

} // namespace

std::size_t estimated_tokens(std::string_view text) {
    constexpr std::size_t characters_of_token = 4;
    std::size_t ascii = 0;
    std::size_t others = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80U)
            ++ascii;
        else if ((byte & 0xC0U) != 0x80U)
            ++others;
    }
    return ascii / characters_of_token + others;
}

std::string first_sentence(std::string_view description) {
    const auto begin = description.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    auto text = description.substr(begin);
    for (auto at = std::min(sentence_bytes_min, text.size()); at < text.size(); ++at) {
        const bool is_end =
            text[at] == '\n' || (text[at] == ' ' && (text[at - 1] == '.' || text[at - 1] == '!'));
        if (!is_end) continue;
        text = text.substr(0, at);
        break;
    }
    std::string sentence;
    if (text.size() > sentence_bytes_max)
        sentence = std::string{text.substr(0, utf8_prefix(text, sentence_bytes_max))} + "…";
    else
        sentence = text;
    std::ranges::replace_if(
        sentence, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    while (sentence.ends_with(' ')) sentence.pop_back();
    return sentence;
}

std::vector<std::string> argument_names(std::string_view tool_json) {
    const auto schema = find_member(tool_json, "inputSchema");
    std::vector<std::string> required;
    if (const auto list = find_member(schema, "required"); is_json_array(list)) {
        element_reader elements{list};
        while (const auto element = elements.next())
            if (auto name = unquote_json(*element)) required.push_back(std::move(*name));
    }
    std::vector<std::string> all;
    std::vector<std::string> optional;
    for (auto& name : names_in(find_member(schema, "properties"))) {
        if (std::ranges::find(required, name) != required.end())
            all.push_back(std::move(name));
        else
            optional.push_back(std::move(name) + "?");
    }
    std::ranges::move(optional, std::back_inserter(all));
    return all;
}

search_answer make_search_answer(const found_tools& found, const answer_frame& frame) {
    return answer_writer{found, frame}.write();
}

} // namespace mcpgw
