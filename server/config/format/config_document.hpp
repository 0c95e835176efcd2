// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A configuration file as a tree of values that know their lines. Its readers (JSON, TOML, YAML)
/// fill it; everything after them knows one kind of document only.
///
/// A configuration may come from several files. A line then is one of all of them: the files are
/// numbered, and the number stands in the upper bits. Only problem_log, which shows lines, takes
/// that apart.

enum class node_kind : unsigned char {
    null,
    boolean,
    integer,
    real,
    string,
    array,
    object,
    other, ///< TOML dates and times: no key of ours takes them
};

struct config_member;

struct config_node {
    node_kind kind = node_kind::null;
    std::size_t line = 0; ///< 1-based; of several files: numbered_line()
    bool boolean = false;
    std::int64_t integer = 0;
    double real = 0;            ///< also set for integers
    std::string text;           ///< strings; for numbers and booleans as written, roughly
    bool has_variables = false; ///< was expanded: its text must never be shown
    bool is_broken = false;     ///< a problem was reported already; later checks keep quiet
    std::vector<config_node> items;
    std::vector<config_member> members; ///< in the file's order

    [[nodiscard]] bool is_object() const { return kind == node_kind::object; }
    [[nodiscard]] bool is_array() const { return kind == node_kind::array; }
    [[nodiscard]] bool is_string() const { return kind == node_kind::string; }
    [[nodiscard]] bool is_number() const {
        return kind == node_kind::integer || kind == node_kind::real;
    }

    /// The member of that key, or null. The first one, where a key was given twice.
    [[nodiscard]] const config_node* find(std::string_view key) const;
    [[nodiscard]] config_node* find(std::string_view key);
};

struct config_member {
    std::string key;
    std::size_t line = 0; ///< of the key
    config_node value;
};

/// Deepest nesting accepted, and the largest file: a configuration needs neither.
inline constexpr std::size_t config_depth_max = 64;
inline constexpr std::size_t config_bytes_max = 8U << 20U;

/// Lines of the file with that number, as nodes have them; the first file has the number 0.
constexpr std::size_t numbered_line(std::size_t file, std::size_t line) {
    constexpr unsigned line_bits = 24; // more lines than config_bytes_max has bytes
    return (file << line_bits) | line;
}
/// The line within its file.
constexpr std::size_t line_in_file(std::size_t line) {
    return line & (numbered_line(1, 0) - 1);
}
constexpr std::size_t file_number(std::size_t line) {
    return line / numbered_line(1, 0);
}
/// Says of all of a tree, read as if it were alone, that it is of that file.
void number_lines(config_node& node, std::size_t file);

/// "a text", "a whole number", …: for "expected …, found …".
std::string_view kind_name(node_kind kind);

/// An empty table, as if it stood on that line.
config_node make_table(std::size_t line);
/// Adds a member to a table, on the line of its value.
void put(config_node& into, std::string_view key, config_node value);

/// A key as it may be shown: control characters and everything after 64 bytes are left out.
std::string shown_key(std::string_view key);

/// `path` + "." + key, with shown_key().
std::string key_path(std::string_view path, std::string_view key);
/// `path` + "[index]".
std::string key_path(std::string_view path, std::size_t index);

/// Collects the problems of one configuration, whose files it numbers.
class problem_log {
public:
    explicit problem_log(std::string file) : files_{std::move(file)} {}

    /// Another file of the same configuration. Its number.
    std::size_t add_file(std::string file);
    /// Where that line is.
    [[nodiscard]] const std::string& file_of(std::size_t line) const {
        return files_[file_number(line)];
    }

    void error(std::size_t line, std::string key, std::string message, std::string hint = {});
    void warning(std::size_t line, std::string key, std::string message, std::string hint = {});

    [[nodiscard]] bool has_errors() const;
    /// Of the key `path` or of anything in it.
    [[nodiscard]] bool has_errors_at(std::string_view path) const;
    [[nodiscard]] const std::vector<config_problem>& problems() const { return problems_; }

    /// The errors of the key `path` and of anything in it are those of one child. The text of the
    /// first of them; empty: there is none.
    std::string assign_to_child(std::string_view path);

    /// All of them, by file and line; those without a line come first.
    std::vector<config_problem> take_sorted();
    /// Adds what was found in a file while it was read alone.
    void add(std::vector<config_problem> problems);

private:
    void add(config_problem::severity level, std::size_t line, std::string key, std::string message,
             std::string hint);

    std::vector<std::string> files_;
    std::vector<config_problem> problems_;
};

} // namespace mcpgw
