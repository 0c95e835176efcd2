// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/layer_reader.hpp"

#include "server/config/dialects/config_shape.hpp"
#include "server/config/format/config_files.hpp"
#include "server/config/layers/include_pattern.hpp"
#include "server/config/variables/config_expand.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace mcpgw {

namespace {

/// Also of links: one file has one name.
std::string whole_path(const std::string& file) {
    std::error_code ec;
    const auto full = std::filesystem::weakly_canonical(file, ec);
    return ec ? file : full.string();
}

} // namespace

void layer_reader::fail(std::size_t line, std::string key, std::string message, std::string hint) {
    problems_.error(line, std::move(key), std::move(message), std::move(hint));
    has_failed_ = true;
}

std::size_t layer_reader::number_of(const std::string& file) {
    return files_read_++ == 0 ? 0 : problems_.add_file(file);
}

void layer_reader::add(const std::string& file) {
    const auto number = number_of(file);
    files_.add(file);
    const auto text = read_text_file(file, config_bytes_max);
    if (!text) {
        std::error_code ec;
        const bool exists = std::filesystem::exists(file, ec);
        return fail(numbered_line(number, 0), "",
                    exists ? "cannot be read as a file" : "does not exist");
    }
    const auto* const root = add_document(file, number, *text, format_of(file, *text));
    const auto* const list = root == nullptr ? nullptr : root->find("include");
    if (list == nullptr || !is_own_document(*root)) return;
    chain_.push_back(whole_path(file));
    include(file, *list);
    chain_.pop_back();
}

void layer_reader::add(const std::string& file, std::string_view text, config_format format) {
    const auto* const root = add_document(file, number_of(file), text, format);
    const auto* const list = root == nullptr ? nullptr : root->find("include");
    if (list != nullptr && is_own_document(*root))
        fail(list->line, "include", "only a file may include others");
}

void layer_reader::add_last() {
    std::error_code ec;
    if (std::filesystem::exists(last_, ec))
        add(last_);
    else
        files_.add(last_);
}

const config_node* layer_reader::add_document(const std::string& file, std::size_t number,
                                              std::string_view text, config_format format) {
    problem_log alone{file};
    auto root = read_config_document(text, format, alone);
    problems_.add(alone.take_sorted());
    if (!root) {
        has_failed_ = true;
        return nullptr;
    }
    number_lines(*root, number);
    return &layers_.emplace_back(std::move(*root));
}

void layer_reader::include(const std::string& file, const config_node& list) {
    if (list.is_string()) return include(file, list, "include");
    if (!list.is_array())
        return fail(
            list.line, "include",
            fmt::format("wrong type: expected a list of texts, found {}", kind_name(list.kind)),
            R"(write include = ["conf.d/*.toml"])");
    for (std::size_t i = 0; i < list.items.size(); ++i)
        include(file, list.items[i], key_path("include", i));
}

void layer_reader::include(const std::string& file, const config_node& pattern,
                           const std::string& key) {
    if (!pattern.is_string())
        return fail(pattern.line, key,
                    fmt::format("wrong type: expected a text, found {}", kind_name(pattern.kind)));
    const auto written = expand_variables(
        pattern.text, [this](const std::string& name) { return variables_.find(name); });
    if (!written.is_complete() || written.text.empty())
        return fail(pattern.line, key, "a variable in it is not set, or it is empty",
                    "write ${NAME:-default}, or set it in the environment or in .env");
    auto found = find_included(path_beside(file, written.text), files_);
    if (!found.problem.empty())
        return fail(pattern.line, key, std::move(found.problem), std::move(found.hint));
    for (const auto& path : found.paths) {
        if (!last_.empty() && whole_path(path) == whole_path(last_)) continue;
        const auto same = std::ranges::find(chain_, whole_path(path));
        if (same != chain_.end())
            return fail(pattern.line, key,
                        fmt::format("the files include one another: {} -> {}",
                                    fmt::join(same, chain_.end(), " -> "), *same));
        if (chain_.size() >= include_depth_max)
            return fail(pattern.line, key,
                        fmt::format("included more than {} files deep", include_depth_max));
        if (files_read_ >= config_files_max)
            return fail(pattern.line, key, fmt::format("more than {} files", config_files_max));
        add(path);
    }
}

} // namespace mcpgw
