// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/foreign_variables.hpp"

#include "protocol/ascii.hpp"
#include "server/config/variables/config_expand.hpp"
#include "server/config/variables/config_secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t shown_max = 64;

bool is_name_char(char c) {
    return is_alnum(c) || c == '_';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

/// Length of the name at the beginning of `text`: [A-Za-z_][A-Za-z0-9_]*.
std::size_t name_length(std::string_view text) {
    if (text.empty() || is_digit(text.front())) return 0;
    const auto* const end = std::ranges::find_if_not(text, is_name_char);
    return static_cast<std::size_t>(end - text.begin());
}

/// As nobody writes words: SECRET_1, API_KEY.
bool is_upper_name(std::string_view name) {
    return name.size() > 1 && std::ranges::none_of(name, is_lower) &&
           std::ranges::any_of(name, is_letter);
}

/// Where a project's files are: the folder of the file, or the one above an editor's.
std::string project_of(const std::filesystem::path& file) {
    const auto directory = file.parent_path();
    const auto folder = directory.filename().string();
    constexpr std::array<std::string_view, 12> editors{
        ".vscode", ".cursor",        ".roo",      ".kilocode", ".gemini", ".devcontainer",
        ".kiro",   ".claude-plugin", ".windsurf", ".junie",    ".codex",  ".zed"};
    if (std::ranges::find(editors, folder) != editors.end())
        return directory.parent_path().string();
    if (folder == "settings" && directory.parent_path().filename() == ".kiro")
        return directory.parent_path().parent_path().string();
    const bool is_of_project = file.filename() == ".mcp.json";
    return is_of_project ? directory.string() : std::string{};
}

std::string shown(std::string_view text) {
    return shown_key(text.substr(0, shown_max));
}

} // namespace

variable_translator::variable_translator(const dialect& from, std::string file,
                                         const config_node* inputs)
    : from_(from), inputs_(inputs) {
    const std::filesystem::path path{std::move(file)};
    directory_ = path.parent_path().string();
    workspace_ = project_of(path);
}

std::string variable_translator::expand_home(std::string text) {
    if (text == "~" || text.starts_with("~/")) text.replace(0, 1, "${HOME}");
    return text;
}

std::optional<std::string> variable_translator::folder(std::string_view name) const {
    if (name == "userHome") return "${HOME}";
    if (name == "pathSeparator" || name == "/") return "/";
    // Of a plugin or an extension: the folder that its file is in.
    if (name == "CLAUDE_PLUGIN_ROOT" || name == "extensionPath" || name == "__dirname") {
        const bool is_below = directory_.ends_with("/.claude-plugin");
        return is_below ? std::filesystem::path{directory_}.parent_path().string() : directory_;
    }
    if (workspace_.empty()) return std::nullopt;
    if (name == "workspaceFolderBasename")
        return std::filesystem::path{workspace_}.filename().string();
    constexpr std::array<std::string_view, 6> projects{
        "workspaceFolder",          "workspaceRoot",       "workspacePath", "CLAUDE_PROJECT_DIR",
        "containerWorkspaceFolder", "localWorkspaceFolder"};
    if (std::ranges::find(projects, name) != projects.end()) return workspace_;
    return std::nullopt;
}

std::string variable_translator::default_of(std::string_view id) const {
    if (inputs_ == nullptr) return {};
    for (const auto& input : inputs_->items) {
        const auto* const own = input.find("id");
        const auto* const value = input.find("default");
        const auto* const hidden = input.find("password");
        const bool is_hidden = hidden != nullptr && hidden->boolean;
        if (own != nullptr && own->text == id && value != nullptr && value->is_string() &&
            !is_hidden && value->text.find_first_of("${}") == std::string::npos)
            return value->text;
    }
    return {};
}

/// One text on its way.
class variable_translator::scan {
public:
    scan(const variable_translator& by, std::string_view text, std::string_view name,
         bool is_for_shell)
        : by_(by), text_(text), name_(name), is_for_shell_(is_for_shell) {}

    outcome run() {
        while (at_ < text_.size()) {
            const auto rest = text_.substr(at_);
            if (rest.starts_with("$$")) {
                keep(2);
            } else if (rest.starts_with("${{")) {
                braces(rest, "${{", "}}");
            } else if (rest.starts_with("${")) {
                dollar_braces(rest);
            } else if (is_for_shell_ && !rest.starts_with("${")) {
                keep(1);
            } else if (rest.starts_with("$(")) {
                command(rest);
            } else if (rest.starts_with("{env:") || rest.starts_with("{file:")) {
                braces(rest, "{", "}");
            } else if (rest.starts_with("{{") && by_.from_.has_templates) {
                braces(rest, "{{", "}}");
            } else if (rest.front() == '$' && name_length(rest.substr(1)) > 0) {
                bare(rest);
            } else if (rest.front() == '%') {
                percent(rest);
            } else {
                keep(1);
            }
        }
        return std::move(out_);
    }

private:
    void keep(std::size_t count) {
        out_.text += text_.substr(at_, count);
        at_ += count;
    }
    void put(std::string_view made, std::size_t length) {
        out_.text += made;
        at_ += length;
    }
    void put_variable(std::string_view name, std::size_t length) {
        put(fmt::format("${{{}}}", name), length);
    }
    /// What only the client can look up.
    void ask(std::string name, std::string_view was, bool is_secret = true) {
        out_.asked.push_back({name, shown(was), is_secret});
        put_variable(name, was.size());
    }

    void ask_hidden(std::string shown_as, std::size_t length) {
        auto name = fallback_name();
        out_.asked.push_back({name, std::move(shown_as), true});
        put_variable(name, length);
    }

    /// ${env:NAME}, ${input:ID}, ${workspaceFolder}, ${NAME}, ${NAME:-default}, ...
    void dollar_braces(std::string_view rest) {
        std::size_t depth = 1;
        std::size_t end = 2;
        for (; end < rest.size() && depth > 0; ++end) {
            if (rest.substr(end).starts_with("${")) ++depth;
            if (rest[end] == '}') --depth;
        }
        if (depth > 0) return keep(rest.size()); // told when it is read
        const auto was = rest.substr(0, end);
        content(trimmed(was.substr(2, end - 3)), was);
    }

    void content(std::string_view inner, std::string_view was) {
        if (const auto path = by_.folder(inner)) return put(*path, was.size());
        for (const std::string_view prefix :
             {"env:", "localEnv:", "containerEnv:", "env.", "process.env.", "secrets.", "secret:"})
            if (inner.starts_with(prefix))
                return named(trimmed(inner.substr(prefix.size())), was, false);
        for (const std::string_view prefix : {"input:", "inputs.", "user_config.", "config:"})
            if (inner.starts_with(prefix)) return input(inner.substr(prefix.size()), was);
        constexpr std::array<std::string_view, 6> folders{"workspaceFolder",
                                                          "workspaceRoot",
                                                          "workspacePath",
                                                          "CLAUDE_PROJECT_DIR",
                                                          "containerWorkspaceFolder",
                                                          "localWorkspaceFolder"};
        if (std::ranges::find(folders, inner) != folders.end())
            return ask("WORKSPACE_FOLDER", was, false);
        for (const std::string_view prefix : {"file:", "cmd:", "command:", "keyring:", "op:"})
            if (inner.starts_with(prefix)) {
                // What follows may hold a secret: it is nothing to be shown.
                return ask_hidden(fmt::format("${{{}...}}", prefix), was.size());
            }
        named(inner, was);
    }

    /// NAME with what a shell may write behind it.
    void named(std::string_view inner, std::string_view was, bool is_of_shell = true) {
        const auto length = name_length(inner);
        const auto name = inner.substr(0, length);
        auto behind = inner.substr(length);
        if (length == 0) return keep(was.size()); // told when it is read
        if (behind.empty()) return put_variable(name, was.size());
        if (behind.starts_with(":?") || behind.starts_with("?"))
            return put_variable(name, was.size());
        for (const std::string_view mark : {":-", ":=", "-", "="}) {
            if (!behind.starts_with(mark) || (!is_of_shell && mark != ":-")) continue;
            auto inside = scan{by_, behind.substr(mark.size()), name_, is_for_shell_}.run();
            std::ranges::move(inside.asked, std::back_inserter(out_.asked));
            return put(fmt::format("${{{}:-{}}}", name, inside.text), was.size());
        }
        // A name that is no shell's: ${env:my-token}.
        if (behind.find_first_of(":{}$") == std::string_view::npos)
            return put_variable(variable_name(inner), was.size());
        keep(was.size());
    }

    void input(std::string_view id, std::string_view was) {
        const auto name = variable_name(id);
        const auto otherwise = by_.default_of(id);
        if (otherwise.empty()) return ask(name, was);
        put(fmt::format("${{{}:-{}}}", name, otherwise), was.size());
    }

    /// {env:NAME}, ${{ secrets.NAME }}, {{NAME}}
    void braces(std::string_view rest, std::string_view open, std::string_view close) {
        const auto end = rest.find(close, open.size());
        if (end == std::string_view::npos) return keep(open.size());
        const auto was = rest.substr(0, end + close.size());
        const auto inner = trimmed(was.substr(open.size(), end - open.size()));
        if (open == "{{") {
            const bool is_name = name_length(inner) == inner.size() && !inner.empty();
            return ask(is_name ? variable_name(inner) : fallback_name(), was);
        }
        content(inner, was);
    }

    void command(std::string_view rest) {
        std::size_t depth = 0;
        std::size_t end = 1;
        for (; end < rest.size(); ++end) {
            if (rest[end] == '(') ++depth;
            if (rest[end] == ')' && --depth == 0) break;
        }
        if (end == rest.size()) return keep(2);
        ask_hidden("$(...)", end + 1);
    }

    /// $NAME
    void bare(std::string_view rest) {
        const auto length = name_length(rest.substr(1));
        const auto name = rest.substr(1, length);
        const bool follows_word = at_ > 0 && is_name_char(text_[at_ - 1]);
        const bool looks_like_one = is_upper_name(name) && !follows_word;
        const auto rule = by_.from_.dollar;
        if (rule == bare_dollar::variable || (rule == bare_dollar::guessed && looks_like_one))
            return put_variable(name, length + 1);
        if (looks_like_one || is_upper_name(name))
            out_.doubts.push_back(fmt::format("${}", shown(name)));
        keep(length + 1);
    }

    /// %NAME%
    void percent(std::string_view rest) {
        const auto length = name_length(rest.substr(1));
        const auto name = rest.substr(1, length);
        const bool is_closed = length + 1 < rest.size() && rest[length + 1] == '%';
        if (!is_closed || !is_upper_name(name) || name.size() < 3) return keep(1);
        const auto after = rest.substr(length + 2);
        // %DB%20 of a url is no variable DB.
        const auto is_hex = [](char c) {
            return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
        };
        const bool is_coded = is_hex(name[0]) && is_hex(name[1]) && after.size() >= 2 &&
                              is_hex(after[0]) && is_hex(after[1]);
        if (is_coded) return keep(1);
        put_variable(name, length + 2);
    }

    [[nodiscard]] std::string fallback_name() const { return variable_name(name_); }

    const variable_translator& by_;
    std::string_view text_;
    std::string_view name_;
    bool is_for_shell_;
    std::size_t at_ = 0;
    outcome out_;
};

variable_translator::outcome variable_translator::translate(std::string_view text,
                                                            std::string_view name,
                                                            bool is_for_shell) const {
    // LiteLLM writes a variable so, and only as the whole of a text.
    constexpr std::string_view environ = "os.environ/";
    const auto named = text.starts_with(environ) ? text.substr(environ.size()) : std::string_view{};
    if (named.empty() || name_length(named) != named.size())
        return scan{*this, text, name, is_for_shell}.run();
    const auto reference = fmt::format("${{{}}}", named);
    return scan{*this, reference, name, is_for_shell}.run();
}

} // namespace mcpgw
