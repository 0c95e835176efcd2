// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/config_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace mcpgw {

const config_node* config_node::find(std::string_view key) const {
    const auto it = std::find_if(members.begin(), members.end(),
                                 [&](const config_member& m) { return m.key == key; });
    return it == members.end() ? nullptr : &it->value;
}

config_node* config_node::find(std::string_view key) {
    return const_cast<config_node*>(std::as_const(*this).find(key)); // *this is not const
}

std::string_view kind_name(node_kind kind) {
    switch (kind) {
    case node_kind::null:
        return "null";
    case node_kind::boolean:
        return "true or false";
    case node_kind::integer:
        return "a whole number";
    case node_kind::real:
        return "a number with a fraction";
    case node_kind::string:
        return "a text";
    case node_kind::array:
        return "a list";
    case node_kind::object:
        return "a table";
    case node_kind::other:
        break;
    }
    return "a date or time";
}

namespace {

bool is_error_at(const config_problem& p, std::string_view path) {
    if (p.level != config_problem::severity::error || !p.key.starts_with(path)) return false;
    return p.key.size() == path.size() || p.key[path.size()] == '.' || p.key[path.size()] == '[';
}

} // namespace

config_node make_table(std::size_t line) {
    config_node node;
    node.kind = node_kind::object;
    node.line = line;
    return node;
}

void put(config_node& into, std::string_view key, config_node value) {
    const auto line = value.line;
    into.members.push_back({std::string{key}, line, std::move(value)});
}

std::string shown_key(std::string_view key) {
    constexpr std::size_t shown_max = 64;
    std::string shown;
    for (const char c : key.substr(0, shown_max)) {
        const auto byte = static_cast<unsigned char>(c);
        shown += (byte < 0x20 || byte >= 0x7f) ? '?' : c;
    }
    if (key.size() > shown_max) shown += "...";
    return shown;
}

std::string key_path(std::string_view path, std::string_view key) {
    return path.empty() ? shown_key(key) : fmt::format("{}.{}", path, shown_key(key));
}

std::string key_path(std::string_view path, std::size_t index) {
    return fmt::format("{}[{}]", path, index);
}

void number_lines(config_node& node, std::size_t file) {
    node.line = numbered_line(file, line_in_file(node.line));
    for (auto& item : node.items) number_lines(item, file);
    for (auto& member : node.members) {
        member.line = numbered_line(file, line_in_file(member.line));
        number_lines(member.value, file);
    }
}

std::size_t problem_log::add_file(std::string file) {
    files_.push_back(std::move(file));
    return files_.size() - 1;
}

void problem_log::add(config_problem::severity level, std::size_t line, std::string key,
                      std::string message, std::string hint) {
    problems_.push_back({level, file_of(line), line_in_file(line), std::move(key),
                         std::move(message), std::move(hint)});
}

void problem_log::error(std::size_t line, std::string key, std::string message, std::string hint) {
    add(config_problem::severity::error, line, std::move(key), std::move(message), std::move(hint));
}

void problem_log::warning(std::size_t line, std::string key, std::string message,
                          std::string hint) {
    add(config_problem::severity::warning, line, std::move(key), std::move(message),
        std::move(hint));
}

void problem_log::add(std::vector<config_problem> problems) {
    std::ranges::move(problems, std::back_inserter(problems_));
}

bool problem_log::has_errors() const {
    return std::any_of(problems_.begin(), problems_.end(), [](const config_problem& p) {
        return p.level == config_problem::severity::error;
    });
}

bool problem_log::has_errors_at(std::string_view path) const {
    return std::any_of(problems_.begin(), problems_.end(),
                       [path](const config_problem& p) { return is_error_at(p, path); });
}

std::string problem_log::assign_to_child(std::string_view path) {
    std::string first;
    for (auto& problem : problems_) {
        if (!is_error_at(problem, path)) continue;
        problem.is_of_child = true;
        if (first.empty()) first = problem.str();
    }
    return first;
}

std::vector<config_problem> problem_log::take_sorted() {
    const auto place = [this](const config_problem& problem) {
        return std::pair{std::ranges::find(files_, problem.file) - files_.begin(), problem.line};
    };
    std::ranges::stable_sort(problems_, {}, place);
    return std::exchange(problems_, {});
}

} // namespace mcpgw
