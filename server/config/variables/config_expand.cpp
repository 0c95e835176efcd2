// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/config_expand.hpp"

#include "protocol/ascii.hpp"
#include "server/config/variables/command_words.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t nesting_max = 8; // of defaults in defaults
constexpr std::size_t shown_name_max = 64;

bool is_name_start(char c) {
    return is_letter(c) || c == '_';
}
bool is_name_char(char c) {
    return is_name_start(c) || is_digit(c);
}

/// Position of the } that closes the ${ whose content begins at `begin`; npos if there is none.
std::size_t find_close(std::string_view text, std::size_t begin) {
    std::size_t depth = 1;
    for (std::size_t at = begin; at < text.size(); ++at) {
        if (text.substr(at, 2) == "${") {
            ++depth;
            ++at;
        } else if (text[at] == '}' && --depth == 0) {
            return at;
        }
    }
    return std::string_view::npos;
}

/// Names that an editor replaces with what we cannot know.
bool is_editor_name(std::string_view name) {
    static constexpr std::array<std::string_view, 14> names{"workspaceFolder",
                                                            "workspaceFolderBasename",
                                                            "workspaceRoot",
                                                            "cwd",
                                                            "file",
                                                            "fileDirname",
                                                            "fileBasename",
                                                            "relativeFile",
                                                            "fileWorkspaceFolder",
                                                            "execPath",
                                                            "pathSeparator",
                                                            "/",
                                                            "lineNumber",
                                                            "selectedText"};
    if (std::find(names.begin(), names.end(), name) != names.end()) return true;
    for (const std::string_view kind : {"input:", "config:", "command:", "workspaceFolder:"})
        if (name.starts_with(kind)) return true;
    return false;
}

/// For messages: only characters of names.
std::string shown_name(std::string_view name) {
    std::string shown{name.substr(0, shown_name_max)};
    for (char& c : shown)
        if (!is_name_char(c) && c != ':' && c != '-' && c != '.' && c != '/') c = '?';
    return shown;
}

class expander {
public:
    expander(const environment_lookup& environment, const secret_lookup& secrets)
        : environment_(environment), secrets_(secrets) {}

    void expand(std::string_view text, std::size_t depth) {
        for (std::size_t at = 0; at < text.size();) {
            const auto two = text.substr(at, 2);
            if (two == "$$") {
                out_.text += '$';
                at += 2;
            } else if (two == "${") {
                const auto close = find_close(text, at + 2);
                if (close == std::string_view::npos || depth > nesting_max) {
                    out_.is_malformed = true;
                    return;
                }
                insert(text.substr(at + 2, close - at - 2), depth);
                at = close + 1;
            } else {
                out_.text += text[at++];
            }
        }
    }

    expansion take() { return std::move(out_); }

private:
    void insert(std::string_view content, std::size_t depth) {
        out_.has_variables = true;
        const auto provider = secret_source::provider_of(content);
        if (secrets_ && !provider.empty())
            return insert_secret(provider, content.substr(provider.size() + 1), depth);
        if (is_editor_name(content)) {
            out_.editor_only.push_back(shown_name(content));
            return;
        }
        if (content.starts_with("env:")) content.remove_prefix(4);
        const auto colon = content.find(":-");
        auto name = content.substr(0, colon);
        if (name == "userHome") name = "HOME";
        if (!is_variable_name(name)) {
            out_.is_malformed = true;
            return;
        }
        const auto value = environment_(std::string{name});
        if (colon == std::string_view::npos) {
            if (value)
                out_.text += *value;
            else
                out_.missing.emplace_back(name);
        } else if (value && !value->empty()) {
            out_.text += *value;
        } else {
            expand(content.substr(colon + 2), depth + 1);
        }
    }

    void insert_secret(std::string_view provider, std::string_view named, std::size_t depth) {
        auto words = provider == "command" ? split_words(named)
                                           : std::optional{std::vector{std::string{named}}};
        if (!words) {
            out_.unread.push_back({std::string{provider}, "this needs a shell, and there is none",
                                   "write ${command:sh -c '...'}"});
            return;
        }
        // Word by word: what a variable holds is never taken apart.
        const auto faults = count_faults();
        for (auto& word : *words) {
            auto around = std::exchange(out_.text, {});
            expand(word, depth + 1);
            word = std::exchange(out_.text, std::move(around));
        }
        if (count_faults() != faults) return;
        auto read = secrets_(provider, *words);
        if (!read.warning.empty()) out_.warnings.push_back(std::move(read.warning));
        if (read.value)
            out_.text += *read.value;
        else
            out_.unread.push_back(
                {std::string{provider}, std::move(read.problem), std::move(read.hint)});
    }

    [[nodiscard]] std::size_t count_faults() const {
        return out_.missing.size() + out_.editor_only.size() + out_.unread.size() +
               (out_.is_malformed ? 1 : 0);
    }

    const environment_lookup& environment_;
    const secret_lookup& secrets_;
    expansion out_;
};

} // namespace

expansion expand_variables(std::string_view text, const environment_lookup& environment,
                           const secret_lookup& secrets) {
    expander e{environment, secrets};
    e.expand(text, 0);
    return e.take();
}

bool is_variable_name(std::string_view text) {
    return !text.empty() && is_name_start(text.front()) &&
           std::all_of(text.begin(), text.end(), is_name_char);
}

} // namespace mcpgw
