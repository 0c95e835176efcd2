// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/secret_source.hpp"

#include "server/config/format/config_files.hpp"
#include "server/config/variables/program_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include <openssl/crypto.h>

namespace mcpgw {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t secret_bytes_max = 64U << 10U;
constexpr std::size_t shown_max = 200;

void wipe(std::string& text) {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

/// Files and programs end what they print with a newline, which nobody means.
secret_outcome usable(std::string text, std::string_view what) {
    const auto end = text.find_last_not_of(" \t\r\n");
    text.resize(end == std::string::npos ? 0 : end + 1);
    if (text.empty()) return {std::nullopt, fmt::format("{} is empty", what)};
    if (text.find('\0') == std::string::npos) return {std::move(text)};
    wipe(text);
    return {std::nullopt, fmt::format("{} has a zero byte in it", what)};
}

/// Container managers make these, and they may be readable within the container.
bool is_mounted(std::string_view path) {
    return path.starts_with("/run/secrets/") || path.starts_with("/var/run/secrets/");
}

/// The first line, for messages.
std::string shown_line(std::string_view text) {
    auto line = text.substr(0, std::min(text.find('\n'), shown_max));
    std::string shown;
    for (const char c : line) shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    return shown;
}

} // namespace

secret_source::~secret_source() {
    for (auto& [key, outcome] : known_)
        if (outcome.value) wipe(*outcome.value);
    for (auto& value : handed_out_) wipe(value);
}

std::string_view secret_source::provider_of(std::string_view content) {
    static constexpr std::array<std::string_view, 4> providers{"file", "command", "credential",
                                                               "keyring"};
    const auto name = content.substr(0, content.find(':'));
    const bool is_known =
        name.size() < content.size() && std::ranges::find(providers, name) != providers.end();
    return is_known ? name : std::string_view{};
}

secret_outcome secret_source::read(std::string_view provider, const std::vector<std::string>& words,
                                   const std::string& beside) {
    std::vector<std::string> key{std::string{provider}};
    if (provider == "file" && !words.empty())
        key.push_back(path_beside(beside, words.front()));
    else
        key.insert(key.end(), words.begin(), words.end());
    auto known = known_.find(key);
    if (known == known_.end()) known = known_.emplace(key, find(provider, words, beside)).first;
    if (known->second.value) handed_out_.push_back(*known->second.value);
    auto outcome = known->second;
    known->second.warning.clear(); // once is enough
    return outcome;
}

std::vector<std::string> secret_source::take_handed_out() {
    return std::exchange(handed_out_, {});
}

secret_outcome secret_source::find(std::string_view provider, const std::vector<std::string>& words,
                                   const std::string& beside) {
    if (words.empty() || words.front().empty())
        return {std::nullopt, fmt::format("${{{}:}} names nothing", provider)};
    if (provider == "file") {
        const auto path = path_beside(beside, words.front());
        auto found = read_file(path);
        if (found.value && !is_mounted(path) && is_readable_by_others(path))
            found.warning = fmt::format("others can read {}: chmod 600 keeps them out", path);
        return found;
    }
    if (provider == "credential") return read_credential(words.front());
    if (provider == "keyring") return read_keyring(words.front());
    return run(words);
}

secret_outcome secret_source::read_file(const std::string& path) {
    files_.add(path);
    std::error_code ec;
    if (!fs::exists(path, ec))
        return {std::nullopt, fmt::format("the file {} does not exist", path)};
    if (!fs::is_regular_file(path, ec)) return {std::nullopt, fmt::format("{} is no file", path)};
    auto text = read_text_file(path, secret_bytes_max);
    if (!text)
        return {std::nullopt, fmt::format("the file {} cannot be read, or is too long", path)};
    return usable(std::move(*text), fmt::format("the file {}", path));
}

secret_outcome secret_source::read_credential(const std::string& name) {
    const auto directory = environment_("CREDENTIALS_DIRECTORY").value_or("");
    if (directory.empty())
        return {std::nullopt, "CREDENTIALS_DIRECTORY is not set",
                "systemd sets it for a unit with LoadCredential="};
    if (name.find('/') != std::string::npos || name == "." || name == "..")
        return {std::nullopt, "this cannot be the name of a credential"};
    return read_file((fs::path{directory} / name).string());
}

secret_outcome secret_source::run(std::vector<std::string> words) {
    const auto program = shown_line(words.front());
    if (time_left_.count() <= 0)
        return {std::nullopt,
                fmt::format("{} was not run: the commands before it took too long", program)};
    program_limits limits;
    limits.time = std::min(limits.time, time_left_);
    const auto begin = std::chrono::steady_clock::now();
    auto made = run_program(std::move(words), limits);
    time_left_ -= std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    if (made.problem.empty()) return usable(std::move(made.out), "what " + program + " prints");
    wipe(made.out);
    const auto said = shown_line(made.err);
    return {std::nullopt,
            fmt::format("{} {}{}{}", program, made.problem, said.empty() ? "" : ": ", said)};
}

secret_outcome secret_source::read_keyring(const std::string& entry) {
    const auto slash = entry.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == entry.size())
        return {std::nullopt, "an entry of a keyring has a service and a user",
                "write ${keyring:service/user}"};
    const auto service = entry.substr(0, slash);
    const auto user = entry.substr(slash + 1);
    auto found = run({"secret-tool", "lookup", "service", service, "username", user});
    if (found.value) return found;
    if (found.problem.find("is not installed") != std::string::npos)
        found.hint = "Debian and Ubuntu have it in libsecret-tools";
    else
        found.hint = fmt::format("store it with: secret-tool store --label={0} service {0} "
                                 "username {1}",
                                 shown_line(service), shown_line(user));
    return found;
}

} // namespace mcpgw
