// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/catalog/catalog_entry.hpp"
#include "server/search/tool_text.hpp"
#include "server/search/word_stemmer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mcpgw {

using tool_id = std::uint32_t; ///< of an index, until it has changed

/// The words of the tools of all servers: which tool has which word how often in which of its
/// parts. Changes by difference: of a server's tools those that are as before stay. Knows nothing
/// of who may see what (tool_selection), nor which tool is best (tool_ranker). No I/O; one thread.
///
/// A word is eight bytes for each tool that has it. What is taken away stays as long as it is less
/// than a part of the whole, so that a change costs what has changed.
class tool_index {
public:
    /// How often a tool has a word, five bits for each search_field: more than 31 times is 31.
    struct posting {
        tool_id tool = 0;
        std::uint32_t counts = 0;

        [[nodiscard]] unsigned count(std::size_t field) const {
            return (counts >> (field * count_bits)) & count_max;
        }
    };
    static constexpr unsigned count_bits = 5;
    static constexpr unsigned count_max = (1U << count_bits) - 1;
    static constexpr std::size_t words_of_tool_max = 8'000; ///< more are not looked at

    struct tool {
        std::uint32_t server = 0; ///< a number for each server that there was
        bool is_there = true;     ///< false: taken away
        std::array<std::uint16_t, search_fields> lengths{}; ///< in words
    };

    /// The tools of a server are these now. `about`: what the server is for, beside its name.
    void set_server(std::string_view server, std::string_view about,
                    const std::vector<list_item>& tools);
    void remove_server(std::string_view server);

    /// By the name that its server knows it by.
    [[nodiscard]] std::optional<tool_id> find(std::string_view server,
                                              std::string_view own_name) const;
    [[nodiscard]] std::size_t size() const { return tools_there_; }
    /// One more than the greatest id.
    [[nodiscard]] std::size_t ids() const { return tools_.size(); }
    [[nodiscard]] std::size_t servers() const { return server_numbers_; }
    [[nodiscard]] const tool& at(tool_id id) const { return tools_[id]; }
    /// Another number after each change.
    [[nodiscard]] std::uint64_t version() const { return version_; }
    /// About, of all that it holds.
    [[nodiscard]] std::size_t bytes() const;

    using postings = std::vector<posting>;
    /// Of a stem; null: no tool has it. Tools that were taken away may be among them.
    [[nodiscard]] const postings* find_word(std::string_view stem) const;
    /// Of stems that begin with that one, at most so many of them.
    [[nodiscard]] std::vector<const postings*> find_beginnings(std::string_view stem,
                                                               std::size_t words_max) const;
    /// Tools whose name is that, in small letters without anything else (join_name).
    [[nodiscard]] std::vector<tool_id> find_name(std::string_view joined) const;
    /// Whose names begin so, at most so many.
    [[nodiscard]] std::vector<tool_id> find_name_beginning(std::string_view joined,
                                                           std::size_t names_max) const;
    [[nodiscard]] const word_stemmer& stemmer() const { return stemmer_; }

private:
    struct known_tool {
        tool_id id = 0;
        std::size_t hash = 0; ///< of all that was read of it
    };
    struct known_server {
        std::uint32_t number = 0;
        std::map<std::string, known_tool, std::less<>> tools; ///< by their own names
    };

    /// A word of a text, as it stands there, and who has its stem: so that not each word of each
    /// text has to be stemmed.
    using known_words = std::unordered_map<std::string, postings*>;
    static constexpr std::size_t known_words_max = 8'192;

    tool_id add(std::uint32_t server, std::string_view server_text, const list_item& item);
    postings& word_of(const std::string& word);
    void take_away(tool_id id);
    void forget_what_is_gone();

    word_stemmer stemmer_;
    std::map<std::string, known_server, std::less<>> servers_;
    std::uint32_t server_numbers_ = 0;
    std::vector<tool> tools_;
    std::size_t tools_there_ = 0;
    std::map<std::string, postings, std::less<>> words_; ///< by their stems
    known_words known_words_;
    std::vector<std::pair<postings*, std::uint32_t>> found_; ///< of one tool, while it is read
    std::multimap<std::string, tool_id, std::less<>> names_;
    std::uint64_t version_ = 0;
};

/// The tools of an index that somebody is shown, in the order in which they are listed, and what
/// ranking needs to know of all of them together: so a view is searched as if there were nothing
/// else. Good until the index changes.
class tool_selection {
public:
    static constexpr std::uint32_t absent = ~std::uint32_t{0};

    tool_selection() = default;
    explicit tool_selection(const tool_index& index)
        : places_(index.ids(), absent), version_(index.version()) {}

    void add(const tool_index& index, tool_id id);
    [[nodiscard]] std::size_t size() const { return size_; }
    /// Its place in the list; absent: it is not shown.
    [[nodiscard]] std::uint32_t place(tool_id id) const { return places_[id]; }
    [[nodiscard]] bool has(tool_id id) const { return places_[id] != absent; }
    /// Words in that part of a tool, on average.
    [[nodiscard]] float average_length(std::size_t field) const;
    [[nodiscard]] std::uint64_t version() const { return version_; }

private:
    std::vector<std::uint32_t> places_; ///< by id
    std::array<std::uint64_t, search_fields> lengths_{};
    std::size_t size_ = 0;
    std::uint64_t version_ = 0;
};

} // namespace mcpgw
