// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/layered_document.hpp"

#include "server/config/format/config_files.hpp"
#include "server/config/layers/layer_merge.hpp"
#include "server/config/layers/profile_choice.hpp"
#include "server/config/variables/config_secrets.hpp"
#include "server/config/variables/env_file.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include <openssl/crypto.h>

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
        if (holds_secrets(variables) && is_readable_by_others(path))
            bad_lines.push_back({config_problem::severity::warning, path, 0, "",
                                 "others can read this file, and it may hold secrets",
                                 "chmod 600 keeps them out"});
        for (auto& [name, value] : variables.values)
            values.insert_or_assign(name, std::move(value));
        for (auto& bad : variables.bad_lines)
            bad_lines.push_back({config_problem::severity::warning, path, bad.line, "",
                                 bad.message + "; the line is left out", ""});
    }
    return values;
}

std::vector<std::string> with_overlay(const config_inputs& inputs) {
    auto files = inputs.files;
    if (!inputs.overlay.empty()) files.push_back(inputs.overlay);
    return files;
}

void wipe(config_node& node) {
    if (node.has_variables) OPENSSL_cleanse(node.text.data(), node.text.size());
    for (auto& item : node.items) wipe(item);
    for (auto& member : node.members) wipe(member.value);
}

} // namespace

layered_document::~layered_document() {
    for (auto& layer : layers_) wipe(layer);
    for (auto& child : parts_.children) wipe(child.node);
}

layered_document::layered_document(const config_inputs& inputs,
                                   const environment_lookup& environment)
    : problems_(inputs.files.empty() ? inputs.overlay : inputs.files.front())
    , variables_(environment, read_variables(with_overlay(inputs), files_, bad_variables_)) {
    secrets_.emplace(files_, environment);
    variables_.set_secrets(&*secrets_);
    layer_reader reader{variables_, files_, problems_};
    const auto managed = managed_path(inputs);
    reader.keep_for_last(managed);
    auto common = read(inputs.files, reader);
    documents own;
    if (!inputs.overlay.empty()) own = read({inputs.overlay}, reader);
    documents said;
    if (!managed.empty()) {
        reader.add_last();
        said = reader.take();
    }
    has_failed_ = reader.has_failed();
    if (!has_failed_) choose_profile(inputs, {&common, &own});
    if (has_failed_) return;
    personal_layers personal{inputs.user, problems_};
    stack(std::move(common), personal);
    stack(std::move(own), personal);
    stack(std::move(said), personal);
    merge();
    read_flags_set(inputs.flags_file);
}

layered_document::layered_document(std::string_view text, config_format format,
                                   const std::string& filename,
                                   const environment_lookup& environment)
    : problems_(filename), variables_(environment) {
    layer_reader reader{variables_, files_, problems_};
    reader.add(filename, text, format);
    has_failed_ = reader.has_failed();
    auto read = reader.take();
    if (!has_failed_) choose_profile({}, {&read});
    if (has_failed_) return;
    personal_layers personal{"", problems_};
    stack(std::move(read), personal);
    merge();
}

layered_document::documents layered_document::read(const std::vector<std::string>& files,
                                                   layer_reader& reader) {
    for (const auto& file : files) reader.add(file);
    return reader.take();
}

void layered_document::choose_profile(const config_inputs& inputs,
                                      const std::vector<const documents*>& all) {
    profile_choice profiles{problems_};
    for (const auto* const some : all)
        for (const auto& document : *some)
            if (is_own_document(document)) profiles.add(document);
    const auto chosen = profiles.choose(inputs, variables_);
    has_failed_ = !chosen;
    profile_ = chosen.value_or("");
}

void layered_document::stack(documents from, personal_layers& personal) {
    documents profiles;
    documents overlays;
    for (const auto& document : from) {
        if (!is_own_document(document)) continue;
        const auto* const all = profile_.empty() ? nullptr : document.find("profiles");
        const auto* const profile = all == nullptr ? nullptr : all->find(profile_);
        if (profile != nullptr && profile->is_object()) profiles.push_back(*profile);
        std::ranges::move(personal.find(document), std::back_inserter(overlays));
    }
    for (auto* const layers : {&from, &profiles, &overlays})
        std::ranges::move(*layers, std::back_inserter(layers_));
}

void layered_document::merge() {
    // Of several files, a child's place in its list says nothing: its name does.
    const auto paths = layers_.size() > 1 ? child_paths::by_name : child_paths::by_place;
    for (auto& layer : layers_)
        lay_over(parts_, find_config_parts(layer, problems_, paths), problems_);
}

void layered_document::read_flags_set(const std::string& path) {
    if (path.empty()) return;
    files_.add(path);
    auto values = flag_overrides{path}.read();
    if (values.has_error())
        bad_variables_.push_back({config_problem::severity::warning, "", 0, "flags",
                                  std::string{values.error().message()}, ""});
    else
        flags_set_ = std::move(*values);
}

std::vector<config_problem> layered_document::take_problems() {
    auto all = std::exchange(bad_variables_, {});
    std::ranges::move(problems_.take_sorted(), std::back_inserter(all));
    return all;
}

} // namespace mcpgw
