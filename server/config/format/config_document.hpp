// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A configuration file as a tree of values that know their lines. JSON and TOML readers fill it;
/// everything after them knows one kind of document only. Owned by the reader of the file.

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
    std::size_t line = 0; ///< 1-based
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

/// Collects the problems of one file.
class problem_log {
public:
    explicit problem_log(std::string file) : file_(std::move(file)) {}

    void error(std::size_t line, std::string key, std::string message, std::string hint = {});
    void warning(std::size_t line, std::string key, std::string message, std::string hint = {});

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] bool has_errors() const;
    /// Of the key `path` or of anything in it.
    [[nodiscard]] bool has_errors_at(std::string_view path) const;
    [[nodiscard]] const std::vector<config_problem>& problems() const { return problems_; }

    /// The errors of the key `path` and of anything in it are those of one child. The text of the
    /// first of them; empty: there is none.
    std::string assign_to_child(std::string_view path);

    /// All of them, by line; those without a line come first.
    std::vector<config_problem> take_sorted();

private:
    std::string file_;
    std::vector<config_problem> problems_;
};

} // namespace mcpgw
