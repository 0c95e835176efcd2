// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/config_files.hpp"

#include "protocol/ascii.hpp"
#include "protocol/json/json_text.hpp"
#include "server/config/format/config_json.hpp"
#include "server/config/format/config_toml.hpp"
#include "server/config/format/config_yaml.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace mcpgw {

std::optional<std::string> read_text_file(const std::string& path, std::size_t bytes_max) {
    std::error_code ec;
    if (std::filesystem::is_directory(path, ec)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    // Not by the file's size: a pipe (/dev/fd/63 of a shell) has none.
    // And not by iterators of its buffer: they throw where it cannot be read.
    std::string text;
    std::array<char, 4096> part{};
    while (file.read(part.data(), part.size()) || file.gcount() > 0) {
        const auto bytes = static_cast<std::size_t>(file.gcount());
        if (bytes > bytes_max - text.size()) return std::nullopt;
        text.append(part.data(), bytes);
    }
    if (file.bad()) return std::nullopt;
    return text;
}

bool is_readable_by_others(const std::string& path) {
    using std::filesystem::perms;
    std::error_code ec;
    const auto own = std::filesystem::status(path, ec).permissions();
    if (ec || (own & perms::others_read) == perms::none) return false;
    for (auto directory = std::filesystem::absolute(path, ec).parent_path();;
         directory = directory.parent_path()) {
        const auto around = std::filesystem::status(directory, ec).permissions();
        if (ec || (around & perms::others_exec) == perms::none) return false;
        if (directory == directory.parent_path()) return true;
    }
}

std::optional<config_node> read_config_document(std::string_view text, config_format format,
                                                problem_log& problems) {
    if (text.size() > config_bytes_max) {
        problems.error(0, "", "the file is too large for a configuration");
        return std::nullopt;
    }
    if (const auto valid = sanitize_utf8(text); valid != text) {
        const auto [bad, other] = std::mismatch(text.begin(), text.end(), valid.begin());
        const auto lines = std::count(text.begin(), bad, '\n');
        problems.error(static_cast<std::size_t>(lines) + 1, "", "the text is not valid UTF-8");
        return std::nullopt;
    }
    if (format == config_format::yaml) return read_yaml_document(text, problems);
    return format == config_format::toml ? read_toml_document(text, problems)
                                         : read_json_document(text, problems);
}

config_format format_of(std::string_view filename, std::string_view text) {
    using enum config_format;
    if (filename.ends_with(".toml")) return toml;
    if (filename.ends_with(".json") || filename.ends_with(".jsonc")) return json;
    if (filename.ends_with(".yaml") || filename.ends_with(".yml")) return yaml;
    constexpr std::string_view blanks = " \t\r\n";
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    auto first = text.find_first_not_of(blanks);
    while (first != std::string_view::npos && text[first] == '#')
        first = text.find_first_not_of(blanks, std::min(text.find('\n', first), text.size()));
    if (first == std::string_view::npos) return toml;
    if (text[first] == '{' || text[first] == '/') return json;
    if (text[first] == '[') {
        // [gateway] and [[children]] or a JSON list of objects
        const auto second = text.find_first_not_of(blanks, first + 1);
        const bool is_json = second != std::string_view::npos &&
                             std::string_view{"{]/"}.find(text[second]) != std::string_view::npos;
        return is_json ? json : toml;
    }
    const auto line = text.substr(first, text.find('\n', first) - first);
    const auto mark = line.find_first_of(":=");
    const bool is_yaml = line.starts_with("---") || line.starts_with("- ") ||
                         (mark != std::string_view::npos && line[mark] == ':');
    return is_yaml ? yaml : toml;
}

} // namespace mcpgw
