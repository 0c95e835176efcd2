// SPDX-License-Identifier: Apache-2.0
#include "children/link/first_words.hpp"

#include <algorithm>

namespace mcpgw {

void first_words::on_probe(probe_answer answer, time_point now) {
    if (answer == probe_answer::again && probes_ >= probes_max)
        answer = probe_answer::unknown_revisions;
    probe_ = answer;
    was_modern_ = was_modern_ || answer == probe_answer::modern;
    read_since_ = now;
}

void first_words::on_hello(hello_answer answer, time_point now) {
    hello_ = answer;
    read_since_ = now;
}

first_words::step first_words::send_probe() {
    ++probes_;
    probe_.reset();
    read_since_.reset();
    return step::probe;
}

first_words::step first_words::send_hello() {
    has_greeted_ = true;
    read_since_.reset();
    return step::hello;
}

bool first_words::is_quiet(milliseconds length, time_point now) {
    if (!read_since_) {
        look_at_ = std::min(look_at_, now + std::min(poll_interval_max, times_.quiet / polls));
        return false;
    }
    if (now >= *read_since_ + length) return true;
    look_at_ = std::min(look_at_, *read_since_ + length);
    return false;
}

first_words::step first_words::next(time_point now, bool has_read_all) {
    if (has_read_all && (probes_ > 0 || has_greeted_)) {
        was_read_ = true;
        if (!read_since_) read_since_ = now;
    }
    look_at_ = deadline_;
    const auto chosen = choose(now);
    const bool is_final = chosen == step::be_modern || chosen == step::be_legacy;
    if (is_final) return chosen;
    if (has_ended_) return choose_after_end();
    if (now >= deadline_) return step::give_up;
    return chosen;
}

first_words::step first_words::choose(time_point now) {
    const bool is_legacy = belief_ == belief::legacy || belief_ == belief::only_legacy;
    return is_legacy ? choose_greeting(now) : choose_probing(now);
}

first_words::step first_words::choose_greeting(time_point now) {
    if (!has_greeted_) return send_hello();
    if (!hello_) return step::wait;
    if (*hello_ == hello_answer::agreed) return step::be_legacy;
    if (belief_ == belief::only_legacy) return step::give_up;
    // The belief may be out of date, and the process is there to be asked.
    if (probes_ == 0) return send_probe();
    if (!probe_) return is_quiet(times_.quiet, now) ? step::give_up : step::wait;
    if (*probe_ == probe_answer::again) return send_probe();
    return *probe_ == probe_answer::modern ? step::be_modern : step::give_up;
}

first_words::step first_words::choose_probing(time_point now) {
    if (probes_ == 0 || probe_ == probe_answer::again) return send_probe();
    if (was_modern_) return choose_after_discovery(now);
    if (probe_ == probe_answer::unknown_revisions) return step::give_up;
    if (belief_ == belief::only_modern) return probe_ ? step::give_up : step::wait;
    const bool has_answered = probe_ || has_stray_;
    if (!has_greeted_) {
        const auto quiet = belief_ == belief::modern ? times_.budget / 2 : times_.quiet;
        return has_answered || is_quiet(quiet, now) ? send_hello() : step::wait;
    }
    if (hello_ == hello_answer::agreed) return step::be_legacy;
    if (!hello_)
        return has_answered && is_quiet(times_.confused, now) ? step::start_anew : step::wait;
    if (hello_ == hello_answer::names_modern && probe_ && probes_ < probes_max) return send_probe();
    if (!probe_ && !is_quiet(times_.quiet, now)) return step::wait;
    return hello_ == hello_answer::names_modern ? step::give_up : step::start_anew;
}

/// The answer to the probe may come after the hello went out, where a program between us and the
/// server reads what is meant for the server, which is still starting.
first_words::step first_words::choose_after_discovery(time_point now) {
    if (!has_greeted_) return step::be_modern;
    if (!hello_) return is_quiet(times_.quiet, now) ? step::be_modern : step::wait;
    if (*hello_ != hello_answer::agreed) return step::be_modern;
    // A server of both eras that took the hello, too: which one counts?
    if (probes_ == 1) return send_probe();
    if (!probe_ && !is_quiet(times_.quiet, now)) return step::wait;
    if (probe_ == probe_answer::modern) return step::be_modern;
    // Once more with more patience; the second time what it does is good enough.
    return belief_ == belief::modern ? step::be_legacy : step::start_anew;
}

/// What nobody has read killed nobody: such a process would end the next time, too.
first_words::step first_words::choose_after_end() const {
    if (belief_ != belief::nothing || !was_read_) return step::give_up;
    if (was_modern_ && !has_greeted_) return step::give_up;
    return step::start_anew;
}

} // namespace mcpgw
