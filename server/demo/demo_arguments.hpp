// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// The `arguments` of one call, looked up one by one with a check of kind and range.
///
/// Faults have the code invalid_arguments and a detail that names the argument and says what was
/// expected. For a tool that is a tool execution error, so that the model can correct itself
/// (2025-11-25, server/tools, "Error Handling").
class demo_arguments {
public:
    /// `raw`: a scanned JSON value, or empty where the call has none. Anything but an object is a
    /// malformed request: fault invalid_params.
    static result<demo_arguments> parse(std::string_view raw);

    /// For calls that take no arguments.
    [[nodiscard]] result<void> check_none() const;
    [[nodiscard]] result<std::string> text(std::string_view key) const;
    /// A finite number. The kind (integer or not) is kept.
    [[nodiscard]] result<boost::json::value> number(std::string_view key) const;
    [[nodiscard]] result<double> number_between(std::string_view key, double low,
                                                double high) const;
    [[nodiscard]] result<std::int64_t> integer_between(std::string_view key, std::int64_t low,
                                                       std::int64_t high,
                                                       std::int64_t fallback) const;
    /// Nothing where it is absent.
    [[nodiscard]] result<std::optional<std::string>> optional_text(std::string_view key) const;

private:
    explicit demo_arguments(boost::json::object members);
    boost::json::object members_;
};

} // namespace mcpgw
