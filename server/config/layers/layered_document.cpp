// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/layered_document.hpp"

#include "server/config/format/config_files.hpp"
#include "server/config/layers/layer_merge.hpp"
#include "server/config/layers/layer_reader.hpp"
#include "server/config/variables/env_file.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace mcpgw {

namespace {

/// The `.env` files beside the others, as one.
std::map<std::string, std::string> read_variables(const std::vector<std::string>& beside,
                                                  used_files& files,
                                                  std::vector<config_problem>& bad_lines) {
    std::map<std::string, std::string> values;
    std::set<std::string> paths;
    for (const auto& file : beside) {
        const auto path = (std::filesystem::path{file}.parent_path() / ".env").string();
        if (!paths.insert(path).second) continue;
        files.add(path);
        auto variables = parse_env_file(read_text_file(path, config_bytes_max).value_or(""));
        for (auto& [name, value] : variables.values)
            values.insert_or_assign(name, std::move(value));
        for (auto& bad : variables.bad_lines)
            bad_lines.push_back({config_problem::severity::warning, path, bad.line, "",
                                 bad.message + "; the line is left out", ""});
    }
    return values;
}

} // namespace

layered_document::layered_document(const config_inputs& inputs,
                                   const environment_lookup& environment)
    : problems_(inputs.files.empty() ? "" : inputs.files.front())
    , variables_(environment, read_variables(inputs.files, files_, bad_variables_)) {
    layer_reader reader{variables_, files_, problems_};
    for (const auto& file : inputs.files) reader.add(file);
    has_failed_ = reader.has_failed();
    if (!has_failed_) merge(reader.take());
}

layered_document::layered_document(std::string_view text, config_format format,
                                   const std::string& filename,
                                   const environment_lookup& environment)
    : problems_(filename), variables_(environment) {
    layer_reader reader{variables_, files_, problems_};
    reader.add(filename, text, format);
    has_failed_ = reader.has_failed();
    if (!has_failed_) merge(reader.take());
}

void layered_document::merge(std::deque<config_node> layers) {
    layers_ = std::move(layers);
    // Of several files, a child's place in its list says nothing: its name does.
    const auto paths = layers_.size() > 1 ? child_paths::by_name : child_paths::by_place;
    for (auto& layer : layers_)
        lay_over(parts_, find_config_parts(layer, problems_, paths), problems_);
}

std::vector<config_problem> layered_document::take_problems() {
    auto all = std::exchange(bad_variables_, {});
    std::ranges::move(problems_.take_sorted(), std::back_inserter(all));
    return all;
}

} // namespace mcpgw
