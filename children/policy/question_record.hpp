// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/text_hash.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace mcpgw {

/// What is known of a server's questions to its clients (elicitation, sampling, roots): whether it
/// has ever asked one, and which of its tools were called without a question. Over pipes a question
/// names no call, so two clients whose calls may both bring the first question must not be at work
/// at the same time: the question could be meant for either. A call is unproven until one of its
/// kind was answered without a question, or `trials_max` of them have begun.
///
/// Logic only. Owned by `upstream`; remembered with what the server offers.
class question_record {
public:
    static constexpr std::size_t kinds_max = 2'000; ///< tools that are told apart; more are proven
    static constexpr std::size_t trials_max = 4;    ///< of one kind, however they end

    [[nodiscard]] bool has_asked() const { return has_asked_; }
    /// True: it is the first one.
    bool on_question() {
        const bool is_first = !has_asked_;
        has_asked_ = true;
        return is_first;
    }

    [[nodiscard]] bool is_unproven(std::string_view method, std::string_view tool) const {
        if (has_asked_) return false;
        const auto name = tool.empty() ? method : tool;
        if (name == last_proven_) return false;
        if (const auto found = proven_.find(name); found != proven_.end()) {
            last_proven_ = *found;
            return false;
        }
        const auto tried = trials_.find(name);
        if (tried != trials_.end()) return tried->second < trials_max;
        return proven_.size() + trials_.size() < kinds_max;
    }
    void begin(std::string_view method, std::string_view tool) {
        ++trials_[std::string{tool.empty() ? method : tool}];
    }
    /// A call of this kind was answered, and no question came.
    void prove(std::string_view method, std::string_view tool) {
        const auto name = tool.empty() ? method : tool;
        trials_.erase(std::string{name});
        if (proven_.size() < kinds_max) proven_.emplace(name);
    }
    /// This is the server (what it says of itself, with its version). Another one may ask where the
    /// one of before did not; that it asks at all is believed of both.
    void meet(std::string_view server_info) {
        if (server_info != server_info_) {
            proven_.clear();
            last_proven_.clear();
            trials_.clear();
        }
        server_info_ = server_info;
    }

    /// For remembering; in the order of their names.
    [[nodiscard]] std::vector<std::string_view> proven() const {
        std::vector<std::string_view> names{proven_.begin(), proven_.end()};
        std::ranges::sort(names);
        return names;
    }

private:
    std::string server_info_;
    bool has_asked_ = false;
    std::unordered_set<std::string, text_hash, std::equal_to<>> proven_;
    mutable std::string last_proven_; ///< the one that was asked for last, as calls come in runs
    std::unordered_map<std::string, std::size_t, text_hash, std::equal_to<>> trials_;
};

} // namespace mcpgw
