// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/load/answer_check.hpp"

#include "protocol/json/json_members.hpp"
#include "tests/bench/speed/echo/echo_answers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace mcpgw::bench {

namespace {

constexpr std::string_view progress_key = R"("progress":)";

using digits = std::array<char, id_digits>;

digits digits_of(std::uint64_t id) {
    digits made{};
    std::to_chars(made.data(), made.data() + made.size(), id);
    return made;
}

std::string_view view(const digits& of) {
    return {of.data(), of.size()};
}

std::size_t count_elements(std::string_view list) {
    element_reader all{list};
    std::size_t count = 0;
    while (all.next()) ++count;
    return count;
}

std::string_view next_line(std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

} // namespace

answer_check::answer_check(const call_kind& kind) : kind_(kind) {}

bool answer_check::is_known(std::string_view message, std::uint64_t id) const {
    if (message.size() != known_.size() || known_.empty()) return false;
    const auto after = known_id_at_ + id_digits;
    const auto wanted = digits_of(id);
    return std::memcmp(message.data() + known_id_at_, wanted.data(), id_digits) == 0 &&
           std::memcmp(message.data(), known_.data(), known_id_at_) == 0 &&
           std::memcmp(message.data() + after, known_.data() + after, known_.size() - after) == 0;
}

bool answer_check::is_right(std::string_view message, std::string_view id) const {
    if (find_member(message, "id") != id) return false;
    const auto answer = find_member(message, "result");
    if (kind_.is == call_kind::what::list)
        return count_elements(find_member(answer, "tools")) == kind_.tools_count;
    element_reader blocks{find_member(answer, "content")};
    const auto first = blocks.next();
    if (!first || find_member(answer, "isError") == "true") return false;
    const auto text = find_member(*first, "text");
    return text.size() == kind_.text.size() + 2 && text.substr(1, kind_.text.size()) == kind_.text;
}

bool answer_check::refuse(std::string_view message) {
    constexpr std::size_t shown_max = 300;
    if (wrong_++ == 0) first_wrong_ = message.substr(0, shown_max);
    return false;
}

bool answer_check::accepts(std::string_view message, std::uint64_t id) {
    if (is_known(message, id)) return true;
    ++read_whole_;
    const auto text = digits_of(id);
    if (!is_right(message, view(text))) return refuse(message);
    const auto raw = find_member(message, "id");
    known_id_at_ = static_cast<std::size_t>(raw.data() - message.data());
    known_ = message;
    return true;
}

bool answer_check::accepts_progress(std::string_view message, std::uint64_t id, int seen) {
    const auto text = digits_of(id);
    const auto at = message.find(progress_key);
    if (at == std::string_view::npos || message.find(view(text)) == std::string_view::npos)
        return refuse(message);
    int value = 0;
    const auto number = message.substr(at + progress_key.size());
    std::from_chars(number.data(), number.data() + number.size(), value);
    if (value != seen + 1) return refuse(message);
    ++events_;
    return true;
}

bool answer_check::accepts_stream(std::string_view body, std::uint64_t id) {
    constexpr std::string_view field = "data:";
    int seen = 0;
    bool is_answered = false;
    while (!body.empty()) {
        auto line = next_line(body);
        if (!line.starts_with(field)) continue;
        line.remove_prefix(field.size());
        while (line.starts_with(' ')) line.remove_prefix(1);
        if (line.empty()) continue;
        const bool is_progress = kind_.is == call_kind::what::progress && seen < progress_events;
        const bool is_good = is_progress ? accepts_progress(line, id, seen) : accepts(line, id);
        if (!is_good) return false;
        if (is_progress)
            ++seen;
        else
            is_answered = true;
    }
    return is_answered || refuse("an event stream without an answer");
}

std::optional<std::uint64_t> answer_check::id_in(std::string_view message) const {
    std::string_view raw;
    if (message.size() == known_.size() && !known_.empty())
        raw = message.substr(known_id_at_, id_digits);
    else
        raw = find_member(message, "id");
    std::uint64_t id = 0;
    const auto [end, ec] = std::from_chars(raw.data(), raw.data() + raw.size(), id);
    if (ec != std::errc{} || end != raw.data() + raw.size()) return std::nullopt;
    return id;
}

} // namespace mcpgw::bench
