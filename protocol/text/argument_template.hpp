// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// Arguments of one tool made of those of another. A template is a JSON object whose texts may hold
/// placeholders: {{query}}, {{filter.name}}, {{ids.0}} name a member of the given arguments.
///
///  - A text that is one placeholder and nothing else becomes the value as it was sent, with its
///    type; numbers keep their digits. Where the value was not sent, the member (or the element of
///    a list) is left out.
///  - Inside of other text a text is inserted without its quotes, any other value as JSON, and
///    nothing where there is no value.
///
/// Pure text.

/// What is wrong with the placeholders of one text (not JSON); nothing: they are good.
std::optional<std::string> placeholder_problem(std::string_view text);

/// `template_json` (an object, checked before) filled with `arguments` (an object that was scanned
/// before).
std::string fill_template(std::string_view template_json, std::string_view arguments);

} // namespace mcpgw
