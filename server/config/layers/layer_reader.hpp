// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"
#include "server/config/format/used_files.hpp"

#include <deque>
#include <string>

namespace mcpgw {

/// Reads the files of a configuration, each a layer over those before it. Reports what cannot be
/// read, and takes down what it looked at.
class layer_reader {
public:
    /// The first file of `problems` is the first that is read.
    layer_reader(used_files& files, problem_log& problems) : files_(files), problems_(problems) {}

    void add(const std::string& file);

    /// Some file could not be read: what is there is not what was meant.
    [[nodiscard]] bool has_failed() const { return has_failed_; }
    /// From the lowest up.
    [[nodiscard]] std::deque<config_node> take() { return std::move(layers_); }

private:
    used_files& files_;
    problem_log& problems_;
    std::deque<config_node> layers_; ///< whose places in memory stay
    std::size_t files_read_ = 0;
    bool has_failed_ = false;
};

} // namespace mcpgw
