// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/search/question_sets.hpp"

#include "protocol/json/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace mcpgw::bench {

namespace json = boost::json;

namespace {

std::string read_file(const std::string& path) {
    const std::ifstream file{path};
    if (!file) throw std::runtime_error{"cannot read " + path};
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

json::value parse(std::string_view text) {
    json::parse_options options;
    options.max_depth = 256;
    return json::parse(text, {}, options);
}

std::string_view text_or_nothing(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string_view{value->as_string()}
                                                  : std::string_view{};
}

list_item make_tool(const json::object& from, std::string_view name, std::string_view schema_key) {
    json::object tool{{"name", name}, {"description", text_or_nothing(from, "description")}};
    const auto* const schema = from.if_contains(schema_key);
    tool["inputSchema"] = schema != nullptr ? *schema : json::value(json::object{});
    return {std::string{name}, json::serialize(tool)};
}

void add_tools(question_set& set, const std::string& path, std::string_view prefix) {
    const auto document = parse(read_file(path));
    for (const auto& value : document.at("tools").as_array()) {
        const auto& tool = value.as_object();
        auto server = std::string{prefix}.append(text_or_nothing(tool, "server"));
        set.servers[server].push_back(
            make_tool(tool, text_or_nothing(tool, "tool"), "inputSchema"));
    }
}

/// What the calls name that answer it, by the id of the question.
std::map<std::string, std::vector<std::string>> read_answers(const std::string& path) {
    std::map<std::string, std::vector<std::string>> answers;
    std::istringstream lines{read_file(path)};
    for (std::string line; std::getline(lines, line);) {
        const auto answer = parse(line);
        std::set<std::string> wanted;
        for (const auto& call : answer.at("ground_truth").as_array())
            for (const auto& [name, arguments] : call.as_object())
                wanted.insert("bfcl:" + std::string{name});
        answers[std::string{answer.at("id").as_string()}] = {wanted.begin(), wanted.end()};
    }
    return answers;
}

void add_bfcl(question_set& set, std::set<std::string>& names, const std::string& folder,
              std::string_view category) {
    const auto file = fmt::format("BFCL_v4_{}.json", category);
    const auto answers = read_answers(fmt::format("{}/possible_answer/{}", folder, file));
    std::istringstream lines{read_file(fmt::format("{}/{}", folder, file))};
    for (std::string line; std::getline(lines, line);) {
        const auto entry = parse(line);
        for (const auto& value : entry.at("function").as_array()) {
            const auto& function = value.as_object();
            const auto name = std::string{text_or_nothing(function, "name")};
            if (names.insert(name).second)
                set.servers["bfcl"].push_back(make_tool(function, name, "parameters"));
        }
        question_set::question asked;
        for (const auto& message : entry.at("question").as_array().at(0).as_array())
            if (text_or_nothing(message.as_object(), "role") == "user")
                asked.text.append(asked.text.empty() ? "" : " ")
                    .append(text_or_nothing(message.as_object(), "content"));
        const auto answer = answers.find(std::string{entry.at("id").as_string()});
        if (answer == answers.end()) continue;
        asked.wanted = answer->second;
        set.questions.push_back(std::move(asked));
    }
}

} // namespace

std::size_t question_set::tools() const {
    std::size_t count = 0;
    for (const auto& [server, list] : servers) count += list.size();
    return count;
}

question_set read_golden(const std::string& folder, bool distractors) {
    question_set set;
    add_tools(set, folder + "/corpus_v1.tools.json", "");
    if (distractors) add_tools(set, folder + "/livemcptool_tools.json", "other-");
    const auto document = parse(read_file(folder + "/retrieval_golden_v1.json"));
    for (const auto& value : document.at("queries").as_array()) {
        question_set::question asked;
        asked.text = value.at("query").as_string();
        for (const auto& label : value.at("labels").as_array())
            if (label.at("relevance").as_int64() > 0)
                asked.wanted.emplace_back(label.at("tool_id").as_string());
        set.questions.push_back(std::move(asked));
    }
    return set;
}

question_set read_bfcl(const std::string& folder) {
    question_set set;
    std::set<std::string> names;
    for (const std::string_view category :
         {"simple_python", "simple_java", "simple_javascript", "multiple", "parallel",
          "parallel_multiple", "live_simple", "live_multiple"})
        add_bfcl(set, names, folder, category);
    return set;
}

question_set make_tools(std::size_t count, unsigned seed) {
    // Few words are frequent and many are rare, as in any language.
    constexpr std::size_t words = 12'000;
    std::mt19937 random{seed};
    std::uniform_real_distribution<double> part{0, 1};
    const auto word = [&] {
        const auto place = static_cast<std::size_t>(words * std::pow(part(random), 5));
        std::string text;
        for (auto rest = place + 27; rest > 0; rest /= 26)
            text += static_cast<char>('a' + rest % 26);
        return text + "e";
    };
    const auto sentence = [&](std::size_t length) {
        std::string text;
        for (std::size_t i = 0; i < length; ++i) text.append(i == 0 ? "" : " ").append(word());
        return text;
    };
    question_set set;
    constexpr std::size_t tools_of_server = 100;
    for (std::size_t i = 0; i < count; ++i) {
        const auto name = word() + "_" + word() + "_" + std::to_string(i);
        json::object properties;
        for (std::size_t p = 0; p < 4; ++p)
            properties[word() + "_" + word()] =
                json::object{{"type", "string"}, {"description", sentence(10)}};
        const json::object tool{
            {"description", sentence(30)},
            {"inputSchema", json::object{{"type", "object"}, {"properties", properties}}}};
        set.servers[fmt::format("server-{}", i / tools_of_server)].push_back(
            make_tool(tool, name, "inputSchema"));
    }
    constexpr std::size_t questions = 1'000;
    constexpr std::size_t words_of_question = 10;
    for (std::size_t i = 0; i < questions; ++i)
        set.questions.push_back({sentence(words_of_question), {}});
    return set;
}

} // namespace mcpgw::bench
