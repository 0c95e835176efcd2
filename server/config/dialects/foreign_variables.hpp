// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/dialect.hpp"
#include "server/config/format/config_document.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A variable of ours that stands for something that only the client could look up.
struct foreign_variable {
    std::string name;      ///< of ours
    std::string was;       ///< as the client's file has it: "${input:token}"
    bool is_secret = true; ///< false: a folder
};

/// Texts of other programs' files with the variables of their dialects as ours: ${NAME}.
///
/// $NAME, %NAME%, {env:NAME}, ${env:NAME}, ${{ secrets.NAME }} and ~/ become ${NAME}; folders that
/// the file's place tells become paths; what only the client knows (inputs, files, commands, key
/// chains) becomes a variable that is reported. Nothing that looks like a variable stays text
/// without a word.
class variable_translator {
public:
    /// `inputs`: VS Code's list or Continue's; may be null. `file`: absolute.
    variable_translator(const dialect& from, std::string file, const config_node* inputs);

    struct outcome {
        std::string text;
        std::vector<foreign_variable> asked; ///< what the user has to set
        std::vector<std::string> doubts;     ///< what looks like a variable and stays text
    };
    /// `name`: a word for variables that have none of their own.
    /// `is_for_shell`: a script, whose $NAME and $(command) belong to the shell that runs it.
    [[nodiscard]] outcome translate(std::string_view text, std::string_view name,
                                    bool is_for_shell = false) const;

    /// "~/x" as "${HOME}/x": for paths, in which nobody means a folder called ~.
    static std::string expand_home(std::string text);

    /// Where the file's project is; empty where its place does not say.
    [[nodiscard]] const std::string& workspace() const { return workspace_; }

private:
    class scan;

    [[nodiscard]] std::optional<std::string> folder(std::string_view name) const;
    /// The default that a client would offer for an input.
    [[nodiscard]] std::string default_of(std::string_view id) const;

    const dialect& from_;
    const config_node* inputs_;
    std::string directory_;
    std::string workspace_;
};

} // namespace mcpgw
