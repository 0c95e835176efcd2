#include "server/config_import.hpp"

#include "protocol/json_text.hpp"
#include "server/config_check.hpp"
#include "server/config_files.hpp"
#include "server/config_reader.hpp"
#include "server/config_secrets.hpp"
#include "server/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

namespace fs = std::filesystem;

std::string full_path(const fs::path& path) {
    std::error_code ec;
    const auto full = fs::absolute(path, ec).lexically_normal();
    return ec ? path.string() : full.string();
}

class importer {
public:
    importer(std::string source, const import_options& options,
             const environment_lookup& environment, problem_log& problems)
        : source_(full_path(source)), options_(options), names_(environment), problems_(problems) {}

    import_result run(config_node& root) {
        auto parts = find_config_parts(root, problems_);
        if (parts.origin == config_origin::ours) {
            problems_.error(0, "",
                            "this is a configuration of this gateway already, or of nothing "
                            "that is known",
                            "use it as it is: mcp-gateway check FILE");
            return std::move(made_);
        }
        std::string children;
        for (auto& entry : parts.children) children += write_child(entry);
        if (children.empty())
            problems_.error(0, "",
                            "no child to import: no server with a command or a url was found");
        made_.toml = write_head() + children;
        write_client_entry(parts.origin);
        return std::move(made_);
    }

private:
    std::string write_child(child_entry& entry) {
        if (entry.is_skipped)
            return "\n# One more server was reached over WebSocket. That is not supported.\n";
        const checked_section section{&entry.node, "children", entry.path, problems_};
        if (entry.node.find("command") == nullptr && entry.node.find("url") == nullptr)
            problems_.error(entry.node.line, entry.path, "a child without a command or a url");
        std::string text = fmt::format("\n[[children]]\nname = {}\n", quote_toml(entry.name));
        for (auto& [key, line, value] : entry.node.members) {
            if (section.find(key) == nullptr || key == "env" || key == "headers") continue;
            const auto path = key_path(entry.path, key);
            rewrite(value, path);
            if (key == "cwd" || key == "env_file") make_absolute(value);
            if (key == "args") hide_in_args(value, entry, path);
            if (key == "url") hide_in_url(value, entry, path);
            if (key == "bearer_token")
                hide(value, entry.name, entry_variable(entry, "TOKEN"), path);
            text += fmt::format("{} = {}\n", toml_key(key), toml_value(value));
        }
        // Tables of their own end the child's keys, so they come last.
        if (section.find("headers") != nullptr) text += write_headers(entry);
        auto* const env = entry.node.find("env");
        if (section.find("env") == nullptr || env->members.empty()) return text;
        text += "[children.env]\n";
        for (auto& [key, line, value] : env->members) {
            if (value.kind == node_kind::null) continue;
            const auto path = key_path(key_path(entry.path, "env"), key);
            as_text(value);
            rewrite(value, path);
            const bool is_count = upper_has_tokens(key) && is_number(value.text);
            if (!is_count && (is_secret_key(key) || is_secret_value(value.text)))
                hide(value, entry.name, key, path);
            text += fmt::format("{} = {}\n", toml_key(key), toml_value(value));
        }
        return text;
    }

    /// What a header is for cannot be known, so every value is hidden; the scheme of an
    /// Authorization stays readable.
    std::string write_headers(child_entry& entry) {
        auto* const headers = entry.node.find("headers");
        if (headers->members.empty()) return {};
        std::string text = "[children.headers]\n";
        for (auto& [key, line, value] : headers->members) {
            if (value.kind == node_kind::null) continue;
            const auto path = key_path(key_path(entry.path, "headers"), key);
            as_text(value);
            rewrite(value, path);
            const auto blank = value.text.find(' ');
            const bool has_scheme =
                value.text.starts_with("Bearer ") || value.text.starts_with("Basic ");
            auto secret = value;
            if (has_scheme) secret.text.erase(0, blank + 1);
            hide(secret, entry.name, entry_variable(entry, key), path);
            value.text = (has_scheme ? value.text.substr(0, blank + 1) : "") + secret.text;
            text += fmt::format("{} = {}\n", toml_key(key), toml_value(value));
        }
        return text;
    }

    /// https://host/mcp?api_key=VALUE
    void hide_in_url(config_node& url, const child_entry& entry, const std::string& path) {
        if (is_secret_value(url.text))
            return hide(url, entry.name, entry_variable(entry, "URL"), path);
        auto at = url.text.find('?');
        while (at != std::string::npos && at + 1 < url.text.size()) {
            const auto end = std::min(url.text.find('&', at + 1), url.text.size());
            const auto equals = url.text.find('=', at + 1);
            std::size_t next = end;
            if (equals < end) {
                const auto key = url.text.substr(at + 1, equals - at - 1);
                auto value = url;
                value.text = url.text.substr(equals + 1, end - equals - 1);
                if (is_secret_key(key) || is_secret_value(value.text))
                    hide(value, entry.name, entry_variable(entry, key), path);
                url.text.replace(equals + 1, end - equals - 1, value.text);
                next = equals + 1 + value.text.size();
            }
            at = next < url.text.size() ? next : std::string::npos;
        }
    }

    static std::string entry_variable(const child_entry& entry, std::string_view what) {
        return variable_name(fmt::format("{}_{}", entry.name, what));
    }

    /// MAX_TOKENS = 4096 counts tokens; it is none.
    static bool upper_has_tokens(std::string_view key) {
        return variable_name(key).find("TOKENS") != std::string::npos;
    }
    static bool is_number(std::string_view text) {
        return text.find_first_not_of("0123456789.") == std::string_view::npos;
    }
    static void as_text(config_node& node) { node.kind = node_kind::string; }

    void list_variable(std::string name, std::string key, bool is_secret) {
        const auto same = std::find_if(made_.variables.begin(), made_.variables.end(),
                                       [&](const import_variable& v) { return v.name == name; });
        if (same == made_.variables.end())
            made_.variables.push_back({std::move(name), std::move(key), is_secret});
    }

    /// Replaces a literal value by a variable.
    void hide(config_node& value, const std::string& child, std::string_view wanted,
              const std::string& path) {
        if (value.text.empty() || value.text.find("${") != std::string::npos) return;
        const auto name = names_.name_for(child, wanted, value.text);
        value.text = fmt::format("${{{}}}", name);
        list_variable(name, path, true);
    }

    /// --api-key VALUE, --api-key=VALUE, and values that look like secrets by themselves.
    void hide_in_args(config_node& args, const child_entry& entry, const std::string& path) {
        std::string_view flag; // of the argument before
        for (std::size_t i = 0; i < args.items.size(); ++i) {
            auto& item = args.items[i];
            as_text(item);
            const auto item_path = key_path(path, i);
            const bool is_flag = item.text.starts_with('-');
            const auto equals = item.text.find('=');
            if (equals != std::string::npos &&
                (is_secret_flag(std::string_view{item.text}.substr(0, equals)) ||
                 is_secret_value(std::string_view{item.text}.substr(equals + 1)))) {
                const auto key = item.text.substr(0, equals);
                auto value = item;
                value.text = item.text.substr(equals + 1);
                hide(value, entry.name, argument_name(entry, key), item_path);
                item.text = fmt::format("{}={}", key, value.text);
            } else if (!is_flag && (is_secret_value(item.text) || is_secret_flag(flag))) {
                hide(item, entry.name, argument_name(entry, flag.empty() ? "SECRET" : flag),
                     item_path);
            }
            flag = is_flag && equals == std::string::npos ? std::string_view{item.text}
                                                          : std::string_view{};
        }
    }

    static std::string argument_name(const child_entry& entry, std::string_view flag) {
        return variable_name(fmt::format("{}_{}", entry.name, variable_name(flag)));
    }

    /// Variables as other programs write them, as ours; in texts and in lists of texts.
    void rewrite(config_node& node, const std::string& path) {
        if (node.is_string()) node.text = rewrite_text(node.text, node.line, path);
        for (std::size_t i = 0; i < node.items.size(); ++i)
            if (node.items[i].is_string())
                node.items[i].text =
                    rewrite_text(node.items[i].text, node.items[i].line, key_path(path, i));
    }

    std::string rewrite_text(std::string_view text, std::size_t line, const std::string& path) {
        constexpr std::string_view env = "env:";
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            if (text.substr(at, 2) == "$$") {
                out += "$$";
                at += 2;
                continue;
            }
            if (text.substr(at, 2) != "${") {
                out += text[at++];
                continue;
            }
            at += 2;
            if (text.substr(at).starts_with(env)) at += env.size();
            const auto close = std::min(text.find('}', at), text.size());
            const auto name = text.substr(at, close - at);
            if (const auto replaced = editor_variable(name, line, path); replaced) {
                out += *replaced;
                at = std::min(close + 1, text.size());
            } else {
                out += "${";
            }
        }
        return out;
    }

    /// What stands for an editor's own variable; nothing if it is none.
    std::optional<std::string> editor_variable(std::string_view name, std::size_t line,
                                               const std::string& path) {
        if (name == "userHome") return "${HOME}";
        const bool is_folder = name == "workspaceFolder" || name == "workspaceRoot";
        if (is_folder && !workspace().empty()) return workspace();
        const bool is_input = name.starts_with("input:");
        if (!is_folder && !is_input) return std::nullopt;
        const auto variable = is_folder ? "WORKSPACE_FOLDER" : variable_name(name.substr(6));
        list_variable(variable, path, is_input);
        problems_.warning(line, path, fmt::format("the editor's variable became ${{{}}}", variable),
                          fmt::format("put {}=... into the file .env", variable));
        return fmt::format("${{{}}}", variable);
    }

    /// Of /project/.vscode/mcp.json: /project. Empty where the file's place does not say.
    [[nodiscard]] std::string workspace() const {
        const auto directory = fs::path{source_}.parent_path();
        const auto name = directory.filename();
        const bool is_editors = name == ".vscode" || name == ".cursor";
        return is_editors ? directory.parent_path().string() : std::string{};
    }

    /// Relative paths belong to the file that was read, not to the one that is written.
    void make_absolute(config_node& node) const {
        if (node.text.empty() || node.text.starts_with("${") || node.text.starts_with('~')) return;
        node.text = full_path(fs::path{source_}.parent_path() / node.text);
    }

    [[nodiscard]] std::string write_head() const {
        const auto file = fs::path{options_.config_path}.filename().string();
        auto text = fmt::format("# Written by `mcp-gateway import` from {}.\n"
                                "# Check it:  mcp-gateway check {}\n"
                                "# All keys:  docs/configuration.md, or mcp-gateway schema\n",
                                shown_key(fs::path{source_}.filename().string()), shown_key(file));
        if (!made_.variables.empty()) {
            text += "#\n# These variables must be set, for example in a file .env beside this "
                    "one:\n";
            for (const auto& variable : made_.variables)
                text += fmt::format("#   {}=...   ({})\n", variable.name, variable.key);
        }
        text +=
            "\n[gateway]\n"
            "# gateway: a few tools that list and call the children. all: every child's tools,\n"
            "# as the client had them. both: the two together.\n"
            "expose = \"gateway\"\n";
        return text;
    }

    void write_client_entry(config_origin origin) {
        const auto command = full_path(options_.own_binary);
        const auto config = full_path(options_.config_path);
        if (origin == config_origin::codex) {
            made_.client_entry_is_toml = true;
            made_.client_entry = fmt::format("[mcp_servers.mcp-gateway]\n"
                                             "command = {}\n"
                                             "args = [\"stdio\", \"--config\", {}]\n",
                                             quote_toml(command), quote_toml(config));
            return;
        }
        const bool is_vscode = origin == config_origin::vscode;
        made_.client_entry = fmt::format("{{\n"
                                         "  \"{}\": {{\n"
                                         "    \"mcp-gateway\": {{\n"
                                         "{}"
                                         "      \"command\": {},\n"
                                         "      \"args\": [\"stdio\", \"--config\", {}]\n"
                                         "    }}\n"
                                         "  }}\n"
                                         "}}\n",
                                         is_vscode ? "servers" : "mcpServers",
                                         is_vscode ? "      \"type\": \"stdio\",\n" : "",
                                         quote_json(command), quote_json(config));
    }

    std::string source_;
    const import_options& options_;
    secret_names names_;
    problem_log& problems_;
    import_result made_;
};

} // namespace

bool import_result::is_usable() const {
    return std::none_of(problems.begin(), problems.end(), [](const config_problem& problem) {
        return problem.level == config_problem::severity::error;
    });
}

import_result import_client_config(const std::string& path, const import_options& options,
                                   const environment_lookup& environment) {
    problem_log problems{path};
    import_result made;
    if (const auto text = read_text_file(path, config_bytes_max); !text)
        problems.error(0, "", "does not exist or cannot be read as a file");
    else if (auto root = read_config_document(*text, is_toml_file(path, *text), problems))
        made = importer{path, options, environment, problems}.run(*root);
    made.problems = problems.take_sorted();
    return made;
}

} // namespace mcpgw
