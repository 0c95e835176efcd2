// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/search/search_confidence.hpp"
#include "server/search/search_options.hpp"
#include "server/search/tool_ranker.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Tools that somebody may find, in the order in which they are listed. Views what the catalogs of
/// that time hold.
struct findable_tools {
    struct entry {
        std::string_view server;
        std::string_view name; ///< as whoever asks knows it
        std::string_view json; ///< its definition, with that name
        tool_id id = 0;
    };
    std::vector<entry> entries; ///< by their places in the selection
    tool_selection selection;
    std::shared_ptr<const catalog> of; ///< keeps what `entries` view; null: the servers' lists do
};

/// What was found of a question.
struct found_tools {
    struct tool {
        findable_tools::entry entry;
        ranked_tool rank;
    };
    std::vector<tool> best;
    std::size_t matches = 0;  ///< with at least one word of it
    std::size_t searched = 0; ///< of so many
    std::vector<std::string> unmatched;
    search_confidence confidence = search_confidence::none;
};

/// Finds tools by words of what is wanted. Nothing is kept of any tool before the first question;
/// then an index of all servers' tools follows their lists by difference (refresh). Owned by the
/// gateway; one thread.
class tool_finder {
public:
    /// What each server is for, in a few words; may be empty.
    using about_server = std::function<std::string(const upstream&)>;

    tool_finder(const search_options& options, const registry& upstreams, about_server about)
        : upstreams_(upstreams), about_(std::move(about)), same_(options.synonyms, stemmer_) {}
    /// Others from now on; and servers may be for something else.
    void set_options(const search_options& options) {
        same_ = {options.synonyms, stemmer_};
        read_at_.reset();
    }

    /// Reads what has changed in the servers' lists, and lets others have their turn meanwhile.
    /// Before each question.
    task<> refresh(abort_signal& abort);

    /// The tools of a catalog, for the endpoint that shows it.
    std::shared_ptr<const findable_tools> of_catalog(std::string_view scope,
                                                     const std::shared_ptr<const catalog>& shown);
    /// The tools of servers, under the names that these have for them. Good until the next wait.
    using admits_tool = std::function<bool(const upstream&, const list_item&)>;
    std::shared_ptr<const findable_tools> of_servers(std::string_view scope,
                                                     const admits_tool& admits);

    /// `server`: only tools of that one; empty: all.
    found_tools find(const findable_tools& in, std::string_view question, std::string_view server,
                     std::size_t best_max);

    [[nodiscard]] const tool_index& index() const { return index_; }

private:
    struct known_server {
        std::shared_ptr<const upstream_lists> lists; ///< so that no others can have its address
        std::string about;
    };
    [[nodiscard]] const upstream* first_behind() const;
    void forget_removed();
    [[nodiscard]] findable_tools only(const findable_tools& in, std::string_view server) const;

    struct kept {
        std::shared_ptr<const findable_tools> tools;
        std::uint64_t as_of = 0; ///< reads_
    };
    [[nodiscard]] kept& place_for(std::string key);

    const registry& upstreams_;
    about_server about_;
    word_stemmer stemmer_;
    synonyms same_;
    tool_index index_;
    tool_ranker ranker_;
    std::map<std::string, known_server, std::less<>> known_;
    std::map<std::string, kept, std::less<>> kept_; ///< by endpoint
    std::optional<std::uint64_t> read_at_; ///< generation of the catalogs; nothing: not wholly
    std::uint64_t reads_ = 0;              ///< changes of what is known
};

} // namespace mcpgw
