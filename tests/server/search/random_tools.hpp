// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/search/tool_index.hpp"

#include <fmt/format.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw::search_test {

using world = std::map<std::string, std::vector<list_item>>; ///< tools by server

inline list_item tool(const std::string& name, const std::string& description,
                      const std::string& schema = "{}") {
    return {name, fmt::format(R"({{"name":"{}","description":"{}","inputSchema":{}}})", name,
                              description, schema)};
}

/// Tools of few words, so that many have the same; always the same for one seed.
class random_tools {
public:
    explicit random_tools(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t end) { return random_() % end; }
    std::string word() {
        static const std::vector<std::string> words{
            "read",    "write", "files",  "folder", "issue", "issues", "list",   "create",
            "weather", "city",  "search", "query",  "graph", "node",   "the",    "of",
            "whole",   "about", "über",   "base64", "mails", "image",  "commit", "branch"};
        return words[below(words.size())];
    }
    std::string sentence(std::size_t words) {
        std::string text;
        for (std::size_t i = 0; i < words; ++i) text += (i == 0 ? "" : " ") + word();
        return text;
    }
    list_item make(std::size_t number) {
        return tool(fmt::format("t{}_{}_{}", number, word(), word()), sentence(below(12)),
                    fmt::format(R"({{"properties":{{"{}":{{"description":"{}"}}}}}})", word(),
                                sentence(below(5))));
    }
    world make_world(std::size_t servers, std::size_t tools) {
        world made;
        for (std::size_t s = 0; s < servers; ++s)
            for (std::size_t t = 0; t < tools; ++t)
                made[fmt::format("server{}", s)].push_back(make(t));
        return made;
    }
    /// One server is another afterwards. `tell`: its name, and its tools; null: it is gone.
    template <class Tell>
    void change(world& tools, const Tell& tell) {
        const auto name = fmt::format("server{}", below(8));
        if (below(5) == 0) {
            tools.erase(name);
            tell(name, static_cast<const std::vector<list_item>*>(nullptr));
            return;
        }
        auto& list = tools[name];
        for (auto& one : list)
            if (below(3) == 0) one = make(below(1000) + 1000);
        if (below(2) == 0) list.push_back(make(below(1000) + 3000));
        if (!list.empty() && below(2) == 0) list.erase(list.begin());
        tell(name, &list);
    }

private:
    std::mt19937 random_;
};

/// Everything is shown, in the order of the world; and what each is called.
inline std::pair<tool_selection, std::map<tool_id, std::string>> all_of(const tool_index& index,
                                                                        const world& tools) {
    tool_selection shown{index};
    std::map<tool_id, std::string> names;
    for (const auto& [server, list] : tools) {
        for (const auto& one : list) {
            const auto id = index.find(server, one.own_name()).value();
            shown.add(index, id);
            names[id] = server + ":" + one.key;
        }
    }
    return {std::move(shown), std::move(names)};
}

} // namespace mcpgw::search_test
