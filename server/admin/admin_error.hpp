// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What can go wrong with a request to the admin interface. The table in admin_error.cpp has the
/// name and the HTTP status of each.
enum class admin_errc : std::uint8_t {
    bad_request,
    body_too_large,
    unsupported_media_type,
    unauthorized,
    host_refused,
    origin_refused,
    path_not_found,
    method_not_allowed,
    server_not_found,
    flag_not_found,
    conflict,
    configuration_invalid,
    not_supported,
    server_failed,
    not_written,
    stopping,
    internal_error,
};

struct admin_error_row {
    admin_errc code;
    int http_status;
    std::string_view name; ///< "SERVER_NOT_FOUND"; stable
};

const admin_error_row& describe(admin_errc code);
/// All of them, in their order.
std::span<const admin_error_row> admin_error_rows();

struct admin_error {
    admin_errc code = admin_errc::internal_error;
    std::string message;                 ///< what happened, where, what to do; holds no secrets
    std::vector<std::string> problems{}; ///< of the configuration, each with file, line and key

    /// `{"error": {"code": …, "message": …}}`
    [[nodiscard]] std::string json() const;
};

/// What happened to a server, as the admin interface says it.
admin_error admin_error_of(const fault& f);

[[noreturn]] void throw_exception_from_error(const admin_error& e,
                                             const boost::source_location& where);

template <class T = void>
using admin_result = boost::system::result<T, admin_error>;

} // namespace mcpgw
