// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "server/config/dialects/config_shape.hpp"
#include "server/config/sections/config_check.hpp"
#include "server/config/variables/config_environment.hpp"

#include <string>
#include <vector>

namespace mcpgw {

/// Reads children, one at a time, over the defaults. What it reads beside goes into `files`.
class child_reader {
public:
    child_reader(const config_environment& environment, used_files& files, problem_log& problems)
        : environment_(environment), files_(files), problems_(problems) {}

    /// [defaults]; `node` may be null. `limits`: [limits], which has those of all children too.
    void read_defaults(config_node* node, const checked_section& limits);

    /// Reports everything that would keep the child from starting, unless it is disabled.
    child_options read(child_entry& entry);

private:
    void apply(const checked_section& section, child_options& options);
    void check_roots(const checked_section& section, const child_options& options);
    void check(const checked_section& section, const config_node& node, child_options& options);
    void check_command(const checked_section& section, const child_options& options);
    void check_sharing(const checked_section& section, std::size_t line,
                       const child_options& options);
    bool check_cwd(const checked_section& section, const child_options& options);
    void check_required(const checked_section& section, const config_node& node,
                        child_options& options);

    const config_environment& environment_;
    used_files& files_;
    problem_log& problems_;
    child_options defaults_;
    std::vector<std::string> secrets_of_all_; ///< that stand in [defaults]
};

} // namespace mcpgw
