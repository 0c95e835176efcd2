// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"
#include "server/config/layers/config_inputs.hpp"
#include "server/config/variables/config_environment.hpp"

#include <optional>
#include <set>
#include <string>

namespace mcpgw {

/// Which of the tables [profiles.NAME] is laid over the rest.
class profile_choice {
public:
    explicit profile_choice(problem_log& problems) : problems_(problems) {}

    /// The profiles of a document of ours. Reports what cannot be one.
    void add(const config_node& document);

    /// Empty: none. Nothing: the one that was named does not exist, which is reported.
    [[nodiscard]] std::optional<std::string> choose(const config_inputs& inputs,
                                                    const config_environment& variables) const;

private:
    [[nodiscard]] std::optional<std::string> named(const std::string& name,
                                                   std::string_view by) const;

    problem_log& problems_;
    std::set<std::string, std::less<>> names_;
};

} // namespace mcpgw
