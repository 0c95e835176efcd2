// SPDX-License-Identifier: Apache-2.0
#include "server/calls/request_state.hpp"

#include "protocol/crypto/random.hpp"
#include "transports/session/session_table.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace mcpgw {

namespace json = boost::json;

namespace {

constexpr std::size_t replica_bytes = 8;

std::string text_of(const json::object& from, std::string_view key) {
    const auto* const value = from.if_contains(key);
    const auto* const text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{*text};
}

std::uint64_t number_of(const json::object& from, std::string_view key) {
    const auto* const value = from.if_contains(key);
    return value == nullptr || !value->is_number() ? 0 : value->to_number<std::uint64_t>();
}

} // namespace

request_states::request_states(const token_sealer& sealer, std::chrono::milliseconds lifetime)
    : sealer_(sealer), lifetime_(lifetime), replica_(random_hex(replica_bytes)) {}

fault request_states::invalid() {
    return {errc::invalid_params, "Invalid or expired requestState",
            R"({"reason":"invalid_request_state"})"};
}

std::string request_states::seal(const request_state& state, time_point now) const {
    json::object sealed{{"kind", static_cast<int>(state.what)},
                        {"principal", state.principal},
                        {"digest", state.digest},
                        {"upstream", state.upstream},
                        {"round", state.round}};
    if (state.what == request_state::kind::parked) {
        sealed["replica"] = replica_;
        sealed["call"] = state.call;
    }
    if (!state.upstream_state.empty()) sealed["state"] = state.upstream_state;
    return sealer_.seal(token_purpose::request_state, json::serialize(sealed), now + lifetime_);
}

result<request_state> request_states::open(std::string_view token, const request_state& expected,
                                           time_point now, std::string* why) const {
    const auto refuse = [why](std::string_view reason) {
        if (why != nullptr) *why = reason;
        return invalid();
    };
    const auto opened = sealer_.open(token_purpose::request_state, token, now);
    if (opened.has_error()) return refuse(opened.error().message());
    boost::system::error_code ec;
    const auto value = json::parse(*opened, ec);
    const auto* const sealed = ec ? nullptr : value.if_object();
    if (sealed == nullptr) return refuse("not of our making");
    request_state state;
    state.what = static_cast<request_state::kind>(number_of(*sealed, "kind"));
    state.principal = text_of(*sealed, "principal");
    state.digest = text_of(*sealed, "digest");
    state.upstream = text_of(*sealed, "upstream");
    state.call = text_of(*sealed, "call");
    state.round = number_of(*sealed, "round");
    state.upstream_state = text_of(*sealed, "state");
    if (state.principal != expected.principal) return refuse("it belongs to another principal");
    if (state.digest != expected.digest) return refuse("it belongs to another request");
    if (state.upstream != expected.upstream) return refuse("it belongs to another server");
    if (state.what == request_state::kind::parked && text_of(*sealed, "replica") != replica_)
        return refuse("its call waits in another process of the gateway, or waited in an earlier");
    return state;
}

} // namespace mcpgw
