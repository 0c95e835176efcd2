// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/config_shape.hpp"
#include "server/config/format/config_document.hpp"
#include "server/config/format/used_files.hpp"
#include "server/config/layers/config_inputs.hpp"
#include "server/config/variables/config_environment.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// All files of a configuration, read and laid over one another, as they are written: no variable
/// in them is replaced yet, and no key looked at.
class layered_document {
public:
    layered_document(const config_inputs& inputs, const environment_lookup& environment);
    /// Of one text. `filename`: for messages and relative paths. No `.env` is read.
    layered_document(std::string_view text, config_format format, const std::string& filename,
                     const environment_lookup& environment);
    layered_document(const layered_document&) = delete;
    layered_document& operator=(const layered_document&) = delete;

    /// Something could not be read: what is there is not what was meant.
    [[nodiscard]] bool has_failed() const { return has_failed_; }
    [[nodiscard]] config_parts& parts() { return parts_; }
    [[nodiscard]] const config_environment& variables() const { return variables_; }
    [[nodiscard]] used_files& files() { return files_; }
    [[nodiscard]] problem_log& problems() { return problems_; }
    /// All that were found so far; those of `.env` come first.
    [[nodiscard]] std::vector<config_problem> take_problems();

private:
    void merge(std::deque<config_node> layers);

    used_files files_;
    problem_log problems_;
    std::vector<config_problem> bad_variables_;
    config_environment variables_;
    std::deque<config_node> layers_; ///< what `parts_` refers to
    config_parts parts_;
    bool has_failed_ = false;
};

} // namespace mcpgw
