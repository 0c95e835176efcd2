// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_error.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstddef>
#include <stdexcept>

namespace mcpgw {

namespace json = boost::json;

namespace {

using enum admin_errc;

constexpr std::array table{
    admin_error_row{bad_request, 400, "BAD_REQUEST"},
    admin_error_row{body_too_large, 413, "BODY_TOO_LARGE"},
    admin_error_row{unsupported_media_type, 415, "UNSUPPORTED_MEDIA_TYPE"},
    admin_error_row{unauthorized, 401, "UNAUTHORIZED"},
    admin_error_row{host_refused, 403, "HOST_REFUSED"},
    admin_error_row{origin_refused, 403, "ORIGIN_REFUSED"},
    admin_error_row{path_not_found, 404, "PATH_NOT_FOUND"},
    admin_error_row{method_not_allowed, 405, "METHOD_NOT_ALLOWED"},
    admin_error_row{server_not_found, 404, "SERVER_NOT_FOUND"},
    admin_error_row{flag_not_found, 404, "FLAG_NOT_FOUND"},
    admin_error_row{conflict, 409, "CONFLICT"},
    admin_error_row{configuration_invalid, 422, "CONFIGURATION_INVALID"},
    admin_error_row{not_supported, 501, "NOT_SUPPORTED"},
    admin_error_row{server_failed, 502, "SERVER_FAILED"},
    admin_error_row{not_written, 500, "NOT_WRITTEN"},
    admin_error_row{stopping, 503, "GATEWAY_STOPPING"},
    admin_error_row{internal_error, 500, "INTERNAL_ERROR"},
};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].code) != i) return false;
    return true;
}
static_assert(is_in_order(), "describe() indexes the table by the code's value");
static_assert(table.size() == static_cast<std::size_t>(internal_error) + 1);

admin_errc code_of(errc code) {
    switch (code) {
    case errc::server_not_found:
        return server_not_found;
    case errc::invalid_arguments:
        return bad_request;
    case errc::gateway_stopping:
    case errc::call_cancelled:
        return stopping;
    case errc::host_refused:
        return host_refused;
    case errc::origin_refused:
        return origin_refused;
    case errc::bad_http_request:
        return bad_request;
    case errc::internal_error:
        return internal_error;
    default:
        return server_failed;
    }
}

} // namespace

const admin_error_row& describe(admin_errc code) {
    return table[static_cast<std::size_t>(code)];
}

std::span<const admin_error_row> admin_error_rows() {
    return table;
}

std::string admin_error::json() const {
    json::object told{{"code", describe(code).name}, {"message", message}};
    if (!problems.empty()) told["problems"] = json::array(problems.begin(), problems.end());
    return json::serialize(json::object{{"error", std::move(told)}});
}

admin_error admin_error_of(const fault& f) {
    return {code_of(f.code), std::string{f.message()}};
}

void throw_exception_from_error(const admin_error& e, const boost::source_location& /*where*/) {
    throw std::logic_error("result holds an error: " + e.message);
}

} // namespace mcpgw
