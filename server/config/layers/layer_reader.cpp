// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/layer_reader.hpp"

#include "server/config/format/config_files.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

namespace mcpgw {

void layer_reader::add(const std::string& file) {
    const auto number = files_read_++ == 0 ? 0 : problems_.add_file(file);
    files_.add(file);
    const auto text = read_text_file(file, config_bytes_max);
    if (!text) {
        std::error_code ec;
        const bool exists = std::filesystem::exists(file, ec);
        problems_.error(numbered_line(number, 0), "",
                        exists ? "cannot be read as a file" : "does not exist");
        has_failed_ = true;
        return;
    }
    problem_log alone{file};
    auto root = read_config_document(*text, format_of(file, *text), alone);
    problems_.add(alone.take_sorted());
    if (!root) {
        has_failed_ = true;
        return;
    }
    number_lines(*root, number);
    layers_.push_back(std::move(*root));
}

} // namespace mcpgw
