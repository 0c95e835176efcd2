// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/config_inputs.hpp"

#include <filesystem>

namespace mcpgw {

std::string managed_path(const config_inputs& inputs) {
    if (inputs.files.empty()) return {};
    const std::filesystem::path first{inputs.files.front()};
    return (first.parent_path() / "conf.d" / "managed.toml").string();
}

} // namespace mcpgw
