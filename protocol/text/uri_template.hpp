// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mcpgw {

/// Whether `uri` can be an expansion of an RFC 6570 template: literals must match, every
/// expression matches one or more characters ({/x*}, {+x}, {?x} and {&x} also slashes; {?…}, {&…},
/// {#…}, {/…} and {;…} may be empty).
bool matches_template(std::string_view uri, std::string_view uri_template);

} // namespace mcpgw
