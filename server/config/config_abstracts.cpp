// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_abstracts.hpp"

#include "server/config/format/config_document.hpp"
#include "server/config/format/config_files.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

class abstract_reader {
public:
    explicit abstract_reader(problem_log& problems) : problems_(problems) {}

    std::map<std::string, std::string> read(const config_node& root) {
        if (root.is_object()) {
            for (const auto& member : root.members)
                if (member.key != "$schema") add(member.key, member.value, shown_key(member.key));
        } else if (root.is_array()) {
            for (std::size_t i = 0; i < root.items.size(); ++i)
                add_item(root.items[i], key_path("", i));
        } else {
            complain(root, "", "a table of texts by child name");
        }
        return std::move(texts_);
    }

private:
    void complain(const config_node& node, const std::string& path, std::string_view expected) {
        problems_.error(
            node.line, path,
            fmt::format("wrong type: expected {}, found {}", expected, kind_name(node.kind)));
    }

    void add_item(const config_node& item, const std::string& path) {
        if (!item.is_object()) return complain(item, path, "a table with name and abstract");
        const auto* const name = item.find("name");
        if (name == nullptr)
            return problems_.error(item.line, path, "an entry without a name",
                                   "add \"name\": \"...\"");
        if (!name->is_string()) return complain(*name, key_path(path, "name"), "a text");
        add(name->text, item, path);
    }

    void add(const std::string& name, const config_node& node, const std::string& path) {
        const config_node* text = &node;
        auto text_path = path;
        if (node.is_object()) {
            const std::string_view key =
                node.find("abstract") == nullptr ? "description" : "abstract";
            text = node.find(key);
            if (text == nullptr)
                return problems_.error(node.line, path, "neither an abstract nor a description",
                                       "add \"abstract\": \"...\"");
            text_path = key_path(path, key);
        }
        if (!text->is_string()) return complain(*text, text_path, "a text");
        if (!texts_.try_emplace(name, text->text).second)
            problems_.error(node.line, path, "this child has a text already",
                            "keep one of the two");
    }

    problem_log& problems_;
    std::map<std::string, std::string> texts_;
};

} // namespace

std::map<std::string, std::string> load_abstracts(const std::string& path,
                                                  std::vector<config_problem>& problems) {
    problem_log log{path};
    std::map<std::string, std::string> texts;
    if (const auto text = read_text_file(path, config_bytes_max); !text)
        log.error(0, "", "does not exist or cannot be read as a file");
    else if (const auto root = read_config_document(*text, config_format::json, log))
        texts = abstract_reader{log}.read(*root);
    for (auto& problem : log.take_sorted()) problems.push_back(std::move(problem));
    return texts;
}

} // namespace mcpgw
