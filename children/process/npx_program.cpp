// SPDX-License-Identifier: Apache-2.0
#include "children/process/npx_program.hpp"

#include "protocol/ascii.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"

#include <openssl/evp.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace mcpgw {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t text_bytes_max = 1U << 20U; // of a package.json, of an npmrc
constexpr std::size_t key_bytes = 8; // npx names its directories by the first of SHA-512
constexpr std::string_view shebang = "#!/usr/bin/env node";

/// Keys of npmrc files that do not change what an exact, installed version runs as.
const std::set<std::string_view> harmless_keys{
    "audit",        "fund",     "loglevel",
    "progress",     "registry", "update-notifier",
    "strict-ssl",   "email",    "always-auth",
    "save-exact",   "color",    "yes",
    "cafile",       "ca",       "proxy",
    "https-proxy",  "noproxy",  "omit-lockfile-registry-resolved",
    "package-lock", "nodedir",  "init-author-name",
    "fetch-retries"};

struct package_spec {
    std::string_view name;
    std::string_view version;
};

bool is_version(std::string_view text) {
    const auto core = text.substr(0, text.find('-'));
    const bool is_plain =
        std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '.' || c == '-'; });
    const bool is_number =
        std::ranges::all_of(core, [](char c) { return is_digit(c) || c == '.'; });
    return is_plain && is_number && std::ranges::count(core, '.') == 2 && core.front() != '.' &&
           core.back() != '.' && core.find("..") == core.npos && text.back() != '-';
}

std::optional<package_spec> parse_spec(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return std::nullopt;
    const package_spec spec{text.substr(0, at), text.substr(at + 1)};
    const auto slash = spec.name.find('/');
    const bool is_scoped = spec.name.front() == '@';
    if (is_scoped != (slash != std::string_view::npos) || spec.name.back() == '/' ||
        (is_scoped && slash < 2))
        return std::nullopt;
    const auto unscoped = is_scoped ? spec.name.substr(slash + 1) : spec.name;
    const bool is_plain = std::ranges::all_of(spec.name.substr(is_scoped ? 1 : 0), [](char c) {
        return is_lower(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '/';
    });
    if (!is_plain || unscoped.empty() || unscoped.front() == '.' ||
        unscoped.find('/') != std::string_view::npos || !is_version(spec.version))
        return std::nullopt;
    return spec;
}

std::string_view value_of(const std::vector<std::string>& environment, std::string_view name) {
    for (const std::string_view entry : environment)
        if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
            return entry.substr(name.size() + 1);
    return {};
}

bool has_npm_settings(const std::vector<std::string>& environment) {
    return std::ranges::any_of(environment, [](const std::string& entry) {
        return lower_case(entry).starts_with("npm_config_");
    });
}

/// Nothing: there is none, or too much of it.
std::optional<std::string> read_text(const fs::path& path) {
    std::error_code ec;
    if (!fs::is_regular_file(path, ec)) return std::nullopt;
    const auto size = fs::file_size(path, ec);
    if (ec || size > text_bytes_max) return std::nullopt;
    std::ifstream in{path, std::ios::binary};
    std::string text(size, '\0');
    // Not by iterators of its buffer: they throw where it cannot be read.
    if (!in.read(text.data(), static_cast<std::streamsize>(size))) return std::nullopt;
    return text;
}

bool is_harmless_npmrc(const fs::path& path) {
    std::error_code ec;
    if (!fs::exists(path, ec)) return !ec;
    const auto text = read_text(path);
    if (!text) return false;
    std::string_view rest = *text;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        auto key = rest.substr(0, std::min(rest.find('='), end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (key.ends_with('\r')) key.remove_suffix(1);
        key = trim(key);
        const bool is_comment = key.empty() || key.front() == '#' || key.front() == ';';
        const bool is_login =
            key.starts_with("//") || (key.starts_with('@') && key.ends_with(":registry"));
        if (!is_comment && !is_login && !harmless_keys.contains(key)) return false;
    }
    return true;
}

/// A project above the directory has its own packages, which go first.
bool is_outside_of_projects(const fs::path& directory) {
    for (auto at = directory;; at = at.parent_path()) {
        std::error_code ec;
        if (fs::exists(at / "node_modules", ec) || fs::exists(at / "package.json", ec) || ec)
            return false;
        if (!is_harmless_npmrc(at / ".npmrc")) return false;
        if (at == at.parent_path()) return true;
    }
}

std::string cache_key(std::string_view spec) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(spec.data(), spec.size(), digest.data(), &size, EVP_sha512(), nullptr) != 1)
        return {};
    std::string key;
    for (std::size_t i = 0; i < key_bytes; ++i) key += fmt::format("{:02x}", digest[i]);
    return key;
}

/// As JSON that is whole; empty: there is none.
std::string read_object(const fs::path& path) {
    auto text = read_text(path).value_or("");
    if (check_json(text).has_error() || !is_json_object(text)) return {};
    return text;
}

/// The command that npx takes of a package: the only one, or the one with the package's own name.
std::string command_of(std::string_view manifest, std::string_view name) {
    const std::string own{name.substr(name.rfind('/') + 1)};
    const auto bin = find_member(manifest, "bin");
    if (unquote_json(bin)) return own;
    std::set<std::string> programs;
    std::string first;
    bool has_own = false;
    member_reader members{bin};
    while (const auto member = members.next()) {
        programs.insert(std::string{member->value});
        if (first.empty()) first = member->key;
        has_own = has_own || member->key == own;
    }
    if (programs.size() == 1) return first;
    return has_own ? own : std::string{};
}

/// It was installed to its end: npx notes what for only then.
bool is_complete(const fs::path& install, std::string_view spec) {
    std::error_code ec;
    if (fs::exists(install / "concurrency.lock", ec) || ec) return false;
    const auto manifest = read_object(install / "package.json");
    element_reader packages{find_member(find_member(manifest, "_npx"), "packages")};
    const auto only = packages.next();
    return only && unquote_json(*only) == spec && !packages.next();
}

/// A script for node, and for nothing else.
bool is_node_script(const fs::path& program) {
    std::ifstream in{program};
    std::string line;
    if (!in || !std::getline(in, line)) return false;
    if (line.ends_with('\r')) return false;
    return line == shebang && ::access(program.c_str(), X_OK) == 0;
}

std::optional<npx_program> find_in_cache(const fs::path& cache, std::string_view text,
                                         const package_spec& spec) {
    const auto install = cache / cache_key(text);
    const auto modules = install / "node_modules";
    if (!is_complete(install, text)) return std::nullopt;
    const auto manifest = read_object(modules / spec.name / "package.json");
    const bool is_it = unquote_json(find_member(manifest, "name")) == spec.name &&
                       unquote_json(find_member(manifest, "version")) == spec.version;
    const auto command = is_it ? command_of(manifest, spec.name) : std::string{};
    if (command.empty() || command.find('/') != command.npos) return std::nullopt;
    const auto bin = modules / ".bin";
    std::error_code ec;
    const auto program = fs::canonical(bin / command, ec);
    const auto root = ec ? fs::path{} : fs::canonical(modules, ec);
    if (ec || !program.string().starts_with(root.string() + "/") || !is_node_script(program) ||
        fs::exists(bin / "node", ec))
        return std::nullopt;
    return npx_program{(bin / command).string(), {}, bin.string()};
}

} // namespace

std::optional<npx_program> resolve_npx(const npx_request& request) {
    if (fs::path{request.program}.filename() != "npx") return std::nullopt;
    auto at = request.args.begin();
    while (at != request.args.end() && (*at == "-y" || *at == "--yes")) ++at;
    if (at == request.args.end()) return std::nullopt;
    const auto spec = parse_spec(*at);
    const auto home = value_of(request.environment, "HOME");
    if (!spec || !home.starts_with('/') || has_npm_settings(request.environment))
        return std::nullopt;
    std::error_code ec;
    const auto cwd = fs::absolute(request.cwd.empty() ? fs::path{"."} : fs::path{request.cwd}, ec);
    const auto global = fs::path{request.program}.parent_path().parent_path() / "etc" / "npmrc";
    if (ec || !is_outside_of_projects(fs::weakly_canonical(cwd, ec)) || ec ||
        !is_harmless_npmrc(fs::path{home} / ".npmrc") || !is_harmless_npmrc(global) ||
        (global == "/usr/etc/npmrc" && !is_harmless_npmrc("/etc/npmrc")))
        return std::nullopt;
    auto found = find_in_cache(fs::path{home} / ".npm" / "_npx", *at, *spec);
    if (found) found->args.assign(at + 1, request.args.end());
    return found;
}

} // namespace mcpgw
