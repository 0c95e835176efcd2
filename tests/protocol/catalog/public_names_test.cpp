// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/public_names.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {
namespace {

using pair = std::pair<std::string, std::string>; // upstream, original

naming_options make_options(prefix_policy policy) {
    naming_options options;
    options.prefix = policy;
    return options;
}

std::vector<assigned_name> assign(const std::vector<pair>& pairs, const naming_options& options) {
    std::vector<source_name> sources;
    sources.reserve(pairs.size());
    for (const auto& [upstream, original] : pairs) sources.push_back({upstream, original});
    return assign_names(sources, options);
}

std::vector<std::string> names_of(const std::vector<pair>& pairs, prefix_policy policy) {
    std::vector<std::string> out;
    for (auto& each : assign(pairs, make_options(policy))) out.push_back(std::move(each.name));
    return out;
}

/// What is reported of each, in one letter for each flag.
std::vector<std::string> flags_of(const std::vector<pair>& pairs, prefix_policy policy) {
    std::vector<std::string> out;
    for (const auto& each : assign(pairs, make_options(policy)))
        out.push_back(std::string{} + (each.has_prefix ? "P" : "-") +
                      (each.is_altered ? "A" : "-") + (each.is_conflict ? "C" : "-"));
    return out;
}

using strings = std::vector<std::string>;

constexpr auto always = prefix_policy::always;
constexpr auto on_conflict = prefix_policy::on_conflict;
constexpr auto never = prefix_policy::never;

TEST_CASE("always_puts_the_upstream_before_the_name") {
    const std::vector<pair> sources{{"git", "log"}, {"files", "read"}, {"git", "read"}};
    CHECK(names_of(sources, always) == strings{"git__log", "files__read", "git__read"});
    CHECK(flags_of(sources, always) == strings{"P--", "P--", "P--"});

    auto options = make_options(always);
    options.separator = "-";
    CHECK(assign(sources, options)[0].name == "git-log");
    options.separator = "";
    CHECK(assign(sources, options)[0].name == "gitlog");
}

TEST_CASE("on_conflict_prefixes_all_that_want_the_same_name") {
    const std::vector<pair> sources{
        {"git", "log"}, {"git", "read"}, {"files", "read"}, {"files", "write"}, {"mail", "read"}};
    CHECK(names_of(sources, on_conflict) ==
          strings{"log", "git__read", "files__read", "write", "mail__read"});
    CHECK(flags_of(sources, on_conflict) == strings{"---", "P-C", "P-C", "---", "P-C"});
}

TEST_CASE("never_lets_the_first_win_and_reports_the_losers") {
    const std::vector<pair> sources{{"git", "read"}, {"files", "read"}, {"files", "write"}};
    CHECK(names_of(sources, never) == strings{"read", "", "write"});
    CHECK(flags_of(sources, never) == strings{"--C", "--C", "---"});
}

TEST_CASE("a_source_listed_twice_gets_one_name") {
    for (const auto policy : {always, on_conflict, never}) {
        const auto names =
            assign({{"git", "log"}, {"git", "log"}, {"git", "log"}}, make_options(policy));
        CHECK_FALSE(names[0].name.empty());
        CHECK(names[1].name.empty());
        CHECK(names[2].name.empty());
        for (const auto& each : names) CHECK(each.is_conflict);
    }
}

TEST_CASE("other_characters_become_underscores") {
    const std::vector<pair> sources{{"my.git", "a.b"}, {"git", "x/y z"}};
    CHECK(names_of(sources, always) == strings{"my_git__a_b", "git__x_y_z"});
    CHECK(flags_of(sources, always) == strings{"PA-", "PA-"});
    CHECK(names_of(sources, on_conflict) == strings{"a_b", "x_y_z"});
    CHECK(flags_of(sources, never) == strings{"-A-", "-A-"});
    // Broken UTF-8 is no reason to lose a name.
    CHECK(names_of({{"git", "a\xFF\x80z\x80"}}, never) == strings{"a_z_"});
}

TEST_CASE("names_in_other_scripts_stay_readable") {
    const std::vector<pair> sources{{"git", "поиск"}, {"git", "검색"}};
    CHECK(names_of(sources, always) == strings{"git__poisk", "git__geomsaek"});
    CHECK(flags_of(sources, always) == strings{"PA-", "PA-"});
    // Two words of one spelling are told apart, and who is called so keeps the name.
    const auto names = names_of({{"git", "café"}, {"git", "cafè"}, {"git", "cafe"}}, never);
    CHECK((names[0].starts_with("cafe_") && names[1].starts_with("cafe_")));
    CHECK(names[0] != names[1]);
    CHECK(names[2] == "cafe");
}

TEST_CASE("no_name_is_only_underscores_where_letters_have_no_spelling") {
    const std::vector<std::string> originals{"世界", "文件", "世界!", "read_文件", "read_世界", "🚀",
                                             "खोज",  "!!!",  "...",   "—",         "ค้น หา"};
    for (const auto policy : {always, on_conflict, never}) {
        std::vector<pair> sources;
        for (const auto& each : originals) sources.emplace_back("git", each);
        const auto names = names_of(sources, policy);
        const std::string prefix = policy == always ? "git__" : "";
        for (std::size_t i = 0; i < names.size(); ++i) {
            CAPTURE(originals[i], names[i]);
            REQUIRE(names[i].size() >= prefix.size() + 9);
            const auto digits = names[i].substr(names[i].size() - 8);
            CHECK(digits.find_first_not_of("0123456789abcdef") == std::string::npos);
            // Its name is its own: it is the same alone.
            CHECK(names_of({{"git", originals[i]}}, policy) == strings{names[i]});
        }
        CHECK(names[3].starts_with(prefix + "read__")); // and not the name of read_世界:
        CHECK(std::set<std::string>{names.begin(), names.end()}.size() == names.size());
    }
    CHECK(names_of({{"git", "_"}, {"git", "-_-"}}, never) == strings{"_", "-_-"}); // its own
}

TEST_CASE("a_dropped_letter_takes_nobody_s_plain_name") {
    const std::vector<pair> sources{{"a", "read"}, {"b", "read世"}, {"c", "世"}, {"d", "世"}};
    const auto names = assign(sources, make_options(on_conflict));
    CHECK(names[0].name == "read");
    CHECK_FALSE((names[1].has_prefix || names[2].has_prefix));
    CHECK(names[3].has_prefix); // both want 世; the one before it is altered and stays
    CHECK(assign(sources, make_options(never))[3].name.empty());
    CHECK(names_of({{"git", std::string(70, 'a') + "世"}}, never)[0].size() == 64);
}

TEST_CASE("names_that_replacement_makes_equal_end_in_a_hash") {
    const std::vector<pair> sources{{"git", "x.y"}, {"git", "x/y"}, {"git", "x_y"}};
    for (const auto policy : {always, on_conflict, never}) {
        const auto names = assign(sources, make_options(policy));
        const std::string base = policy == always ? "git__x_y" : "x_y";
        CHECK(names[2].name == base); // not altered, so its own name is its right
        CHECK_FALSE(names[2].is_altered);
        for (const auto i : {0U, 1U}) {
            CHECK(names[i].name.starts_with(base + "_"));
            CHECK(names[i].name.size() == base.size() + 9);
            CHECK(names[i].is_altered);
        }
        CHECK(names[0].name != names[1].name);
        for (const auto& each : names) CHECK(each.is_conflict);
    }
}

TEST_CASE("hashes_are_the_same_in_every_build") {
    // 32-bit FNV-1a of upstream, a zero byte and original.
    CHECK(names_of({{"git", "x.y"}, {"git", "x/y"}}, never) ==
          strings{"x_y_82817c52", "x_y_7e7f376f"});
    const auto names = names_of({{"git", std::string(100, 'a')}}, always);
    CHECK(names[0] == "git__" + std::string(50, 'a') + "_81056505");
}

TEST_CASE("long_names_are_cut_to_the_limit") {
    const std::string at_limit(64, 'a');
    const std::string over_limit(65, 'a');
    CHECK(names_of({{"git", at_limit}}, never) == strings{at_limit});
    const auto cut = assign({{"git", over_limit}}, make_options(never));
    CHECK(cut[0].name.size() == 64);
    CHECK(cut[0].name.starts_with(std::string(55, 'a') + "_"));
    CHECK(cut[0].is_altered);
    CHECK_FALSE(cut[0].is_conflict);

    CHECK(names_of({{"git", std::string(59, 'a')}}, always)[0] == "git__" + std::string(59, 'a'));
    CHECK(assign({{"git", std::string(60, 'a')}}, make_options(always))[0].is_altered);

    auto options = make_options(always);
    options.name_bytes_max = 20;
    const auto small = assign({{"git", "a_rather_long_name"}}, options);
    CHECK(small[0].name.size() == 20);
    CHECK(small[0].name.starts_with("git__a_rath"));
}

TEST_CASE("long_names_that_differ_at_the_end_stay_different") {
    const std::string stem(80, 'a');
    for (const auto policy : {always, on_conflict, never}) {
        const auto names = names_of({{"git", stem + "1"}, {"git", stem + "2"}}, policy);
        CHECK(names[0].size() == 64);
        CHECK(names[1].size() == 64);
        CHECK(names[0] != names[1]);
    }
}

TEST_CASE("names_that_the_separator_makes_equal_are_told_apart") {
    const auto names = assign({{"a", "b__c"}, {"a__b", "c"}}, make_options(always));
    CHECK(names[0].name == "a__b__c");
    CHECK(names[1].name.starts_with("a__b__c_"));
    CHECK(names[1].is_altered);
    CHECK(names[0].is_conflict);
    CHECK(names[1].is_conflict);
}

TEST_CASE("a_prefixed_name_does_not_take_an_original_one") {
    // The first two must be prefixed; a third upstream has a tool of exactly that name.
    const auto names = assign({{"a", "t"}, {"b", "t"}, {"c", "a__t"}}, make_options(on_conflict));
    CHECK(names[0].name == "a__t");
    CHECK(names[1].name == "b__t");
    CHECK(names[2].name.starts_with("a__t_"));
    CHECK(names[2].is_conflict);
}

TEST_CASE("a_hashed_name_that_is_taken_loses") {
    const auto hashed = names_of({{"b", "x.y"}, {"b", "x/y"}}, never)[0];
    const auto names =
        assign({{"a", hashed}, {"b", "x.y"}, {"b", "x/y"}, {"b", "z"}}, make_options(never));
    CHECK(names[0].name == hashed);
    CHECK(names[1].name.empty());
    CHECK(names[1].is_conflict);
    CHECK(names[0].is_conflict);
    CHECK_FALSE(names[2].name.empty());
    CHECK(names[3].name == "z");
}

TEST_CASE("an_empty_name_still_gets_a_name") {
    const auto names = assign({{"git", ""}}, make_options(never));
    CHECK(names[0].name.size() == 9);
    CHECK(names[0].name.front() == '_');
    CHECK(names_of({{"git", ""}}, always) == strings{"git__"});
}

TEST_CASE("nothing_is_assigned_to_no_sources") {
    for (const auto policy : {always, on_conflict, never}) CHECK(names_of({}, policy).empty());
}

TEST_CASE("an_altered_name_stays_when_an_upstream_is_added_that_wants_it") {
    for (const auto policy : {always, on_conflict, never}) {
        const std::vector<pair> before{{"a.b", "x.y"}, {"a.b", std::string(90, 'l')}};
        auto after = before;
        after.push_back({"a_b", "x_y"});
        after.push_back({"a_b", "x.y"});
        after.push_back({"a_b", std::string(90, 'l')});
        const auto first = names_of(before, policy);
        const auto second = names_of(after, policy);
        CHECK(second[0] == first[0]);
        CHECK(second[1] == first[1]);
    }
}

/// Sources that collide often: few letters, odd characters, lengths around the limit.
std::vector<pair> make_sources(std::mt19937& random, std::size_t upstreams) {
    static constexpr std::array<std::string_view, 6> upstream_names{"a",   "b",   "a__b",
                                                                    "a.b", "a_b", "c"};
    static constexpr std::array<std::string_view, 10> pieces{
        "t", "_", ".", "/", "__", "aa", "b", "a__t_", "\xC3\xA9", "\xE4\xB8\x96"};
    std::vector<pair> out;
    for (std::size_t u = 0; u < upstreams; ++u) {
        for (auto count = random() % 6; count > 0; --count) {
            std::string original;
            for (auto length = random() % 4; length > 0; --length)
                original += pieces[random() % pieces.size()];
            if (random() % 4 == 0) original += std::string(10 + random() % 4, 'x');
            out.emplace_back(upstream_names[u], original);
        }
    }
    return out;
}

/// Everything that must hold for any list. Returns what is wrong, or nothing.
std::string find_flaw(const std::vector<pair>& sources, const std::vector<assigned_name>& names,
                      const naming_options& options) {
    std::set<std::string> seen;
    std::map<pair, int> kept;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& [upstream, original] = sources[i];
        const auto& each = names[i];
        if (each.name.empty()) {
            if (!each.is_conflict) return "lost without a conflict: " + original;
            continue;
        }
        if (++kept[sources[i]] > 1) return "two names for " + original;
        if (each.name.size() > options.name_bytes_max) return "too long: " + each.name;
        if (!std::ranges::all_of(each.name, [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
            }))
            return "bad character: " + each.name;
        if (!seen.insert(each.name).second) return "given twice: " + each.name;
        const auto plain = each.has_prefix ? upstream + options.separator + original : original;
        if (each.is_altered == (each.name == plain)) return "wrong is_altered: " + each.name;
        if (options.prefix == always && !each.has_prefix) return "no prefix: " + each.name;
        if (options.prefix == never && each.has_prefix) return "a prefix: " + each.name;
    }
    return {};
}

TEST_CASE("any_list_gets_unique_short_names_that_do_not_depend_on_later_upstreams") {
    std::mt19937 random{20260728}; // NOLINT(cert-msc51-cpp): the same lists in every run
    std::size_t altered = 0;
    std::size_t lost = 0;
    for (int round = 0; round < 1000; ++round) {
        const auto sources = make_sources(random, 1 + random() % 6);
        for (const auto policy : {always, on_conflict, never}) {
            auto options = make_options(policy);
            options.name_bytes_max = 16;
            const auto names = assign(sources, options);
            const auto flaw = find_flaw(sources, names, options);
            CAPTURE(round, static_cast<int>(policy), flaw);
            if (!flaw.empty()) FAIL_CHECK("a rule is broken");

            // The same list again, and every list that ends with an earlier upstream.
            for (std::size_t length = 0; length <= sources.size(); ++length) {
                const bool is_end = length == sources.size();
                if (!is_end && (length == 0 || sources[length].first == sources[length - 1].first))
                    continue;
                const std::vector<pair> shorter{
                    sources.begin(), sources.begin() + static_cast<std::ptrdiff_t>(length)};
                const auto before = assign(shorter, options);
                for (std::size_t i = 0; i < length; ++i) {
                    if (!is_end && !before[i].is_altered) continue;
                    if (before[i].name == names[i].name) continue;
                    CAPTURE(i, length, before[i].name, names[i].name);
                    FAIL_CHECK("the name changed");
                }
            }
            for (const auto& each : names) {
                altered += each.is_altered ? 1U : 0U;
                lost += each.name.empty() ? 1U : 0U;
            }
        }
    }
    // The lists are only worth something if they meet the difficult cases.
    CHECK(altered > 1000);
    CHECK(lost > 100);
}

TEST_CASE("on_conflict_gives_plain_names_only_to_those_that_are_alone") {
    std::mt19937 random{7}; // NOLINT(cert-msc51-cpp): the same lists in every run
    std::size_t prefixed = 0;
    for (int round = 0; round < 1000; ++round) {
        const auto sources = make_sources(random, 6);
        const auto names = assign(sources, make_options(on_conflict));
        std::map<std::string, std::set<std::string>> wanted_by;
        for (const auto& [upstream, original] : sources) wanted_by[original].insert(upstream);
        for (std::size_t i = 0; i < sources.size(); ++i) {
            if (names[i].name.empty()) continue;
            prefixed += names[i].has_prefix ? 1U : 0U;
            const bool is_alone = wanted_by[sources[i].second].size() == 1;
            CAPTURE(sources[i].second, names[i].name);
            if (!is_alone) CHECK((names[i].has_prefix || names[i].is_altered));
            if (!is_alone) CHECK(names[i].is_conflict);
        }
    }
    CHECK(prefixed > 1000);
}

TEST_CASE("upstream_names_are_short_and_plain") {
    for (const std::string_view name : {"a", "9", "Git-Hub_2", "a.b", "files.v2", "a-", "a."})
        CHECK(is_valid_upstream_name(name));
    CHECK(is_valid_upstream_name(std::string(32, 'a')));
    CHECK_FALSE(is_valid_upstream_name(std::string(33, 'a')));
    for (const std::string_view name :
         {"", "-a", "_a", ".a", "a b", "a/b", "a:b", "caf\xC3\xA9", "a\n", "all,", "a\\"}) {
        CAPTURE(name);
        CHECK_FALSE(is_valid_upstream_name(name));
    }
    CHECK_FALSE(is_valid_upstream_name(std::string_view{"a\0b", 3}));
}

TEST_CASE("reserved_name_is_given_to_nobody") {
    auto options = make_options(never);
    options.reserved = {"get", "a__get"};
    const std::vector<pair> sources{{"a", "get"}, {"a", "get.it"}, {"b", "get"}, {"b", "put"}};
    const auto lost = assign(sources, options);
    CHECK(lost[0].name.empty());
    CHECK(lost[0].is_conflict);
    CHECK(lost[2].name.empty());
    CHECK(lost[3].name == "put");
    CHECK_FALSE(lost[3].is_conflict);
    options.prefix = on_conflict;
    const auto prefixed = assign(sources, options);
    CHECK(prefixed[0].name.starts_with("a__get_")); // even the prefixed name is taken
    CHECK(prefixed[2].name == "b__get");
    CHECK(prefixed[2].is_conflict);
    CHECK(prefixed[3].name == "put");
    // Another name that becomes a reserved one is altered, not lost.
    options.prefix = never;
    options.reserved = {"get_it"};
    const auto altered = assign(sources, options)[1];
    CHECK(altered.name.starts_with("get_it_"));
    CHECK(altered.is_altered);
}

} // namespace
} // namespace mcpgw
