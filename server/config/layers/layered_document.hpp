// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/config_shape.hpp"
#include "server/config/format/config_document.hpp"
#include "server/config/format/used_files.hpp"
#include "server/config/layers/config_inputs.hpp"
#include "server/config/layers/flag_overrides.hpp"
#include "server/config/layers/layer_reader.hpp"
#include "server/config/layers/personal_layers.hpp"
#include "server/config/variables/config_environment.hpp"
#include "server/config/variables/secret_source.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// All files of a configuration, read and laid over one another, as they are written: no variable
/// in them is replaced yet, and no key looked at.
class layered_document {
public:
    layered_document(const config_inputs& inputs, const environment_lookup& environment);
    /// Of one text. `filename`: for messages and relative paths. No `.env` is read, no
    /// secret, and nothing that it includes.
    layered_document(std::string_view text, config_format format, const std::string& filename,
                     const environment_lookup& environment);
    /// Overwrites what variables and secrets were replaced by.
    ~layered_document();
    layered_document(const layered_document&) = delete;
    layered_document& operator=(const layered_document&) = delete;

    /// Something could not be read: what is there is not what was meant.
    [[nodiscard]] bool has_failed() const { return has_failed_; }
    /// The one in force; empty: none.
    [[nodiscard]] const std::string& profile() const { return profile_; }
    [[nodiscard]] config_parts& parts() { return parts_; }
    [[nodiscard]] config_environment& variables() { return variables_; }
    /// Flags that were set while a gateway ran.
    [[nodiscard]] const flag_values& flags_set() const { return flags_set_; }
    [[nodiscard]] used_files& files() { return files_; }
    [[nodiscard]] problem_log& problems() { return problems_; }
    /// All that were found so far; those of `.env` come first.
    [[nodiscard]] std::vector<config_problem> take_problems();

private:
    using documents = std::deque<config_node>;
    documents read(const std::vector<std::string>& files, layer_reader& reader);
    void choose_profile(const config_inputs& inputs, const std::vector<const documents*>& all);
    /// Documents, over them what the profile says, over that what is for the person alone.
    void stack(documents from, personal_layers& personal);
    void merge();
    void read_flags_set(const std::string& path);

    used_files files_;
    std::optional<secret_source> secrets_;
    problem_log problems_;
    std::vector<config_problem> bad_variables_;
    config_environment variables_;
    documents layers_; ///< what `parts_` refers to
    std::string profile_;
    flag_values flags_set_;
    config_parts parts_;
    bool has_failed_ = false;
};

} // namespace mcpgw
