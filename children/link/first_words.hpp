// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace mcpgw {

/// The first words with a process that was just started: when `server/discover` (the probe) and
/// `initialize` (the hello) go out, and what comes of the answers. A start costs its time once, so
/// as much as possible happens in one process: one that refuses or ignores the probe gets the
/// hello, too. A process that has not read its input yet is still starting and is left in peace
/// (2026-07-28, basic/transports/stdio, "Backward Compatibility").
///
/// Logic only: time is passed in, `instance` sends and stops. One for each life of a process.
class first_words {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using milliseconds = std::chrono::milliseconds;

    /// What is known of the server's era before.
    enum class belief : std::uint8_t {
        nothing,
        modern, ///< by an earlier answer; may be wrong by now
        legacy,
        only_modern, ///< configured
        only_legacy,
    };
    struct patience {
        milliseconds budget; ///< from the start of the process to the last of the first words
        milliseconds quiet;  ///< for an answer to the probe, once it was read
        /// For an answer to the hello of a process that has answered the probe: a confused one
        /// never gives it, a slow one does.
        milliseconds confused;
    };
    enum class probe_answer : std::uint8_t {
        modern,
        again,             ///< refused with a list that has our revision: to be asked once more
        refused,           ///< with anything that a modern server does not say
        unknown_revisions, ///< a modern server, of revisions that are not known here
    };
    enum class hello_answer : std::uint8_t {
        agreed,
        names_modern, ///< refused, with a list of revisions that has a modern one
        refused,
    };
    enum class step : std::uint8_t {
        wait, ///< until look_at(), or an answer
        probe,
        hello,
        be_modern,
        be_legacy,
        start_anew, ///< end this process, then start another one, in era_of_next()
        give_up,
    };

    first_words(belief known, patience times, time_point started)
        : belief_(known), times_(times), deadline_(started + times.budget) {}

    void on_probe(probe_answer answer, time_point now);
    void on_hello(hello_answer answer, time_point now);
    /// It answered something that was not asked: most likely the probe, under another id.
    void on_stray_answer() { has_stray_ = true; }
    /// The process has ended.
    void on_end() { has_ended_ = true; }

    /// What to do now. `has_read_all`: the process has read everything that was sent to it.
    step next(time_point now, bool has_read_all);
    [[nodiscard]] time_point look_at() const { return look_at_; }
    /// The process that ended, or did not answer, had read something.
    [[nodiscard]] bool was_read() const { return was_read_; }
    [[nodiscard]] bool has_probed() const { return probes_ > 0; }
    [[nodiscard]] bool has_greeted() const { return has_greeted_; }
    /// After start_anew: it has shown that it speaks the modern era.
    [[nodiscard]] bool is_next_modern() const { return was_modern_; }

private:
    // Nothing tells of it when a process reads.
    static constexpr milliseconds poll_interval_max{100};
    static constexpr int polls = 8; ///< at least, in the time for an answer to the probe
    static constexpr std::size_t probes_max = 3;

    step choose(time_point now);
    step choose_greeting(time_point now);
    step choose_probing(time_point now);
    step choose_after_discovery(time_point now);
    [[nodiscard]] step choose_after_end() const;
    step send_probe();
    step send_hello();
    /// It has had everything for so long.
    bool is_quiet(milliseconds length, time_point now);

    belief belief_;
    patience times_;
    time_point deadline_;
    time_point look_at_{};
    std::optional<time_point> read_since_; ///< since it has read all; nothing: it has not
    std::optional<probe_answer> probe_;
    std::optional<hello_answer> hello_;
    std::size_t probes_ = 0;
    bool has_greeted_ = false;
    bool has_stray_ = false;
    bool has_ended_ = false;
    bool was_read_ = false;
    bool was_modern_ = false;
};

} // namespace mcpgw
