// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_questions.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>
#include <iterator>
#include <stdexcept>

namespace mcpgw {

namespace {

constexpr std::size_t questions_max = 10'000;
constexpr std::chrono::seconds state_age_max{3600}; // people take their time to answer

std::string elicitation_params(std::string_view question, bool has_modes) {
    std::string params = has_modes ? R"({"mode":"form",)" : "{";
    params += R"("message":)" + quote_json(question);
    params += R"(,"requestedSchema":{"type":"object","properties":{"answer":)"
              R"({"type":"string","title":"Answer"}},"required":["answer"]}})";
    return params;
}

/// The tool's result for an ElicitResult. Nothing if it is none: no object, or an unknown action.
std::optional<std::string> answer_members(std::string_view elicit_result) {
    if (!is_json_object(elicit_result)) return std::nullopt;
    const auto action = unquote_json(find_member(elicit_result, "action"));
    if (action == "decline" || action == "cancel") {
        const bool is_declined = action == "decline";
        return text_members(is_declined ? "You declined to answer."
                                        : "You closed the question without an answer.") +
               R"(,"structuredContent":{"action":")" + *action + "\"}";
    }
    if (action != "accept") return std::nullopt;
    const auto raw_answer = find_member(find_member(elicit_result, "content"), "answer");
    const auto answer = unquote_json(raw_answer);
    if (!answer)
        return tool_error_members("The client accepted the question, but 'answer' is no string.");
    return text_members("You answered: " + *answer) +
           R"(,"structuredContent":{"action":"accept","answer":)" + std::string{raw_answer} + "}";
}

std::int64_t seconds_of(demo_questions::time_point t) {
    return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}

} // namespace

result<void> demo_questions::ask(std::string_view id, std::string_view question, bool has_modes,
                                 std::string& out) {
    if (calls_by_request_.size() >= questions_max)
        return fault{errc::server_busy,
                     fmt::format("{} questions wait for an answer already", questions_max)};
    const std::string request = fmt::format("{}", ++last_request_);
    calls_by_request_.emplace(request, id);
    requests_by_call_.emplace(id, request);
    out += make_request(request, method::elicitation, elicitation_params(question, has_modes));
    out += '\n';
    return {};
}

void demo_questions::on_response(std::string_view line, const envelope& response,
                                 std::string& out) {
    const auto found = calls_by_request_.find(std::string{response.id.of(line)});
    if (found == calls_by_request_.end()) return;
    const std::string call = found->second;
    calls_by_request_.erase(found);
    requests_by_call_.erase(call);
    std::string members;
    if (response.is_error) {
        const auto message = unquote_json(find_member(response.error.of(line), "message"));
        members = tool_error_members("The client could not ask: " + message.value_or("no reason"));
    } else {
        members = answer_members(response.result.of(line))
                      .value_or(tool_error_members("The client's answer is no elicitation result: "
                                                   "'action' must be accept, decline or cancel."));
    }
    append_result(out, {call, era::legacy}, members);
}

bool demo_questions::has(std::string_view id) const {
    return requests_by_call_.contains(std::string{id});
}

bool demo_questions::cancel(std::string_view id, std::string& out) {
    const auto found = requests_by_call_.find(std::string{id});
    if (found == requests_by_call_.end()) return false;
    append_notification(out, notification::cancelled,
                        R"({"requestId":)" + found->second +
                            R"(,"reason":"The call that asked was cancelled"})");
    calls_by_request_.erase(found->second);
    requests_by_call_.erase(found);
    return true;
}

result<void> demo_questions::on_round(std::string_view id, std::string_view question,
                                      const round& r, time_point now, std::string& out) const {
    if (!r.input_responses.empty() && !is_json_object(r.input_responses))
        return fault{errc::invalid_params, "'inputResponses' must be an object"};
    if (!r.request_state.empty()) {
        const auto state = unquote_json(r.request_state);
        if (!state || !is_our_state(*state, question, now))
            return fault{errc::invalid_params, "Invalid or expired requestState"};
        // Without a usable answer we ask again instead of failing (mrtr, "Error Handling").
        const auto members = answer_members(find_member(r.input_responses, "answer"));
        if (members) {
            append_result(out, {id, era::modern}, *members);
            return {};
        }
    }
    append_input_required(out, id,
                          R"("inputRequests":{"answer":{"method":"elicitation/create","params":)" +
                              elicitation_params(question, true) + R"(}},"requestState":")" +
                              make_state(question, now) + "\"");
    return {};
}

// A state is "<seconds of issue>.<tag>"; the tag covers both the time and the question.
std::string demo_questions::make_state(std::string_view question, time_point now) const {
    const auto issued = seconds_of(now);
    return fmt::format("{}.{}", issued, tag(question, issued));
}

bool demo_questions::is_our_state(std::string_view state, std::string_view question,
                                  time_point now) const {
    std::int64_t issued = 0;
    const char* const end = state.data() + state.size();
    const auto [dot, ec] = std::from_chars(state.data(), end, issued);
    if (ec != std::errc{} || dot == end || *dot != '.') return false;
    const std::string_view given{dot + 1, end};
    const std::string wanted = tag(question, issued);
    if (given.size() != wanted.size()) return false;
    if (CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) != 0) return false;
    return seconds_of(now) - issued <= state_age_max.count();
}

std::string demo_questions::tag(std::string_view question, std::int64_t issued) const {
    const std::string text = fmt::format("ask\n{}\n{}", issued, question);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &size) == nullptr)
        throw std::runtime_error("OpenSSL cannot compute an HMAC");
    std::string hex;
    for (unsigned int i = 0; i < size; ++i)
        fmt::format_to(std::back_inserter(hex), "{:02x}", digest[i]);
    return hex;
}

} // namespace mcpgw
