// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "protocol/crypto/request_digest.hpp"
#include "protocol/crypto/sealed_token.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/text/base64.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace mcpgw::test {

namespace {

using namespace std::chrono_literals;

constexpr std::array purposes{token_purpose::request_state, token_purpose::cursor,
                              token_purpose::task};
const token_sealer::time_point now{1'800'000'000s};

/// With a known secret, so that an input that opens by luck can be kept.
const token_sealer& sealer() {
    static const token_sealer made{"a secret that is known to the fuzzer"};
    return made;
}

std::string check_base64(std::string_view text) {
    for (const auto form : {base64_form::padded, base64_form::url}) {
        const auto decoded = decode_base64(text, form);
        if (decoded && encode_base64(*decoded, form) != text) return "two spellings in base64";
        if (decode_base64(encode_base64(text, form), form) != text) return "bytes lost in base64";
    }
    return {};
}

std::string check_forgery(std::string_view text) {
    for (const auto purpose : purposes)
        if (sealer().open(purpose, text, now)) return "a forged token opens";
    // As bytes under the encoding, and with a head of ours.
    const std::string real = sealer().seal(token_purpose::cursor, "payload", now + 1h);
    const std::string bytes = decode_base64(real, base64_form::url).value_or("");
    for (const std::size_t kept : {0U, 1U, 5U, 9U, 21U, 29U}) {
        const std::string forged = bytes.substr(0, kept).append(text);
        for (const auto purpose : purposes)
            if (forged != bytes &&
                sealer().open(purpose, encode_base64(forged, base64_form::url), now))
                return "a forged token with a real head opens";
    }
    return {};
}

std::string check_sealing(std::string_view text) {
    if (text.size() > token_sealer::payload_bytes_max) return {};
    for (const auto purpose : purposes) {
        const std::string token = sealer().seal(purpose, text, now + 1ms);
        const auto opened = sealer().open(purpose, token, now);
        if (!opened || *opened != text) return "a sealed payload";
        if (sealer().open(purpose, token, now + 1ms)) return "an expired token opens";
        for (const auto other : purposes)
            if (other != purpose && sealer().open(other, token, now))
                return "a wrong purpose opens";
        if (text.empty()) continue;
        std::string changed = token;
        const auto first = static_cast<unsigned char>(text.front());
        changed[first % changed.size()] = text.back();
        if (changed != token && sealer().open(purpose, changed, now))
            return "a changed token opens";
    }
    return {};
}

std::string respell(std::string_view value);

/// The members in reverse, where no name is there twice; blanks wherever they may be.
std::string respell_object(std::string_view object) {
    std::vector<std::pair<std::string, std::string>> members;
    member_reader reader{object};
    while (const auto member = reader.next())
        members.emplace_back(unquote_json(member->key_span.of(object)).value_or(""),
                             respell(member->value));
    auto names = members;
    std::ranges::sort(names);
    const auto name_of = [](const auto& member) {
        return member.first;
    };
    const bool has_twins = std::ranges::adjacent_find(names, {}, name_of) != names.end();
    if (!has_twins) std::ranges::reverse(members);
    std::string out;
    for (const auto& [name, value] : members)
        out += (out.empty() ? "" : " ,\n") + quote_json(name) + "\t: " + value;
    return "{ " + out + "\r}";
}

std::string respell_string(std::string_view raw) {
    std::string out = "\"";
    for (const char c : unquote_json(raw).value_or("")) {
        const auto byte = static_cast<unsigned char>(c);
        constexpr std::string_view digits = "0123456789ABCDEF";
        if (byte < 0x80)
            (out += "\\u00").append({digits[byte >> 4U], digits[byte & 15U]});
        else
            out += c;
    }
    return out + '"';
}

/// Another text for the same value.
std::string respell(std::string_view value) {
    if (is_json_object(value)) return respell_object(value);
    if (is_json_string(value)) return respell_string(value);
    if (!is_json_array(value)) return std::string{value};
    std::string out;
    element_reader reader{value};
    while (const auto element = reader.next()) out += (out.empty() ? "" : ", ") + respell(*element);
    return "[ " + out + " ]";
}

std::string check_digest(std::string_view text) {
    const std::string digest = request_digest("tools/call", "echo", text);
    if (digest.size() != 64) return "length of a digest";
    if (request_digest("tools/call", "echo", text) != digest) return "a digest changes";
    if (!text.empty() && request_digest("tools/call", text, "") == digest) return "equal digests";
    if (!check_json(text)) return {};
    const std::string small = minify_json(text);
    if (request_digest("tools/call", "echo", small) != digest) return "blanks change a digest";
    if (request_digest("tools/call", "echo", respell(small)) != digest)
        return "spelling changes a digest";
    return {};
}

} // namespace

std::string check_sealed_token_invariants(std::string_view text) {
    if (auto problem = check_base64(text); !problem.empty()) return problem;
    if (auto problem = check_forgery(text); !problem.empty()) return problem;
    if (auto problem = check_sealing(text); !problem.empty()) return problem;
    return check_digest(text);
}

} // namespace mcpgw::test
