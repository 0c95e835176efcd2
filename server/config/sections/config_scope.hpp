// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"
#include "server/config/format/used_files.hpp"
#include "server/config/keys/config_keys.hpp"
#include "server/config/variables/config_environment.hpp"

#include <string>
#include <utility>

namespace mcpgw {

/// What a value of the file may need beside itself, and where it may complain.
struct config_scope {
    const config_environment& environment;
    used_files& files; ///< what is read beside the configuration goes in
    problem_log& problems;
    /// False: of a child that is disabled; this machine need not have what it names.
    bool is_checked = true;

    /// A path that stands in that line: relative ones begin at its file.
    [[nodiscard]] std::string absolute(const std::string& path, std::size_t line) const {
        return path_beside(problems.file_of(line), path);
    }
};

/// A value that passed the checks of its row, on its way into the options.
struct value_site {
    const config_key& key;
    const config_node& node;
    std::string path; ///< how messages name it
    const config_scope& scope;

    [[nodiscard]] std::string absolute(const std::string& file) const {
        return scope.absolute(file, node.line);
    }
    void error(std::string message, std::string hint = {}) const {
        scope.problems.error(node.line, path, std::move(message), std::move(hint));
    }
    void warning(std::string message, std::string hint = {}) const {
        scope.problems.warning(node.line, path, std::move(message), std::move(hint));
    }
};

} // namespace mcpgw
