// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"
#include "server/config/format/used_files.hpp"
#include "server/config/variables/config_environment.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// Files of one configuration, and how deeply one may include another.
inline constexpr std::size_t config_files_max = 256;
inline constexpr std::size_t include_depth_max = 8;

/// Reads the files of a configuration, each a layer over those before it, and what they include.
/// Reports what cannot be read, and takes down what it looked at.
class layer_reader {
public:
    /// `variables`: for paths. The first file of `problems` is the first that is read.
    layer_reader(const config_environment& variables, used_files& files, problem_log& problems)
        : variables_(variables), files_(files), problems_(problems) {}

    /// What it includes is laid over it.
    void add(const std::string& file);
    /// A text that is not read from there. It may include nothing.
    void add(const std::string& file, std::string_view text, config_format format);

    /// Before the others: those that include this one do not get it, for it comes with add_last().
    void keep_for_last(std::string file) { last_ = std::move(file); }
    /// That one over all others; it need not be there.
    void add_last();

    /// Some file could not be read: what is there is not what was meant.
    [[nodiscard]] bool has_failed() const { return has_failed_; }
    /// From the lowest up.
    [[nodiscard]] std::deque<config_node> take() { return std::move(layers_); }

private:
    std::size_t number_of(const std::string& file);
    /// What is read of it. Null: that was reported.
    const config_node* add_document(const std::string& file, std::size_t number,
                                    std::string_view text, config_format format);
    void include(const std::string& file, const config_node& list);
    void include(const std::string& file, const config_node& pattern, const std::string& key);
    void fail(std::size_t line, std::string key, std::string message, std::string hint = {});

    const config_environment& variables_;
    used_files& files_;
    problem_log& problems_;
    std::deque<config_node> layers_; ///< whose places in memory stay
    std::string last_;
    std::vector<std::string> chain_; ///< files that include one another, up to the one being read
    std::size_t files_read_ = 0;
    bool has_failed_ = false;
};

} // namespace mcpgw
