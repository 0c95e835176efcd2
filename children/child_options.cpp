#include "children/child_options.hpp"

namespace mcpgw {

std::string_view to_string(start_policy start) {
    switch (start) {
    case start_policy::automatic:
        return "auto";
    case start_policy::lazy:
        return "lazy";
    case start_policy::keep_alive:
        return "keep_alive";
    case start_policy::pre_warm:
        return "pre_warm";
    }
    return "unknown";
}

} // namespace mcpgw
