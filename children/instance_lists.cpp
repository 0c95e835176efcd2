// What a child offers: fetched after the handshake and whenever it says that a list changed.
#include "children/instance.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

task<> instance::fetch_lists(std::shared_ptr<link> peer) {
    // All at once: who sees the capabilities takes the lists for complete.
    upstream_lists fresh = agreed_;
    const std::string capabilities = agreed_.capabilities;
    if (!find_member(capabilities, "tools").empty())
        fresh.tools = co_await fetch_list(peer, method::tools_list, "tools", "name", lists_->tools);
    learn_headers(fresh.tools);
    if (!find_member(capabilities, "prompts").empty())
        fresh.prompts =
            co_await fetch_list(peer, method::prompts_list, "prompts", "name", lists_->prompts);
    if (!find_member(capabilities, "resources").empty()) {
        fresh.resources = co_await fetch_list(peer, method::resources_list, "resources", "uri",
                                              lists_->resources);
        fresh.templates =
            co_await fetch_list(peer, method::resources_templates_list, "resourceTemplates",
                                "uriTemplate", lists_->templates);
    }
    if (peer->has_ended()) co_return; // half a list is worse than the one we had
    lists_ = std::make_shared<const upstream_lists>(std::move(fresh));
    owner_.on_lists(*this);
}

task<std::vector<list_item>> instance::fetch_list(std::shared_ptr<link> peer,
                                                  std::string_view method_name,
                                                  std::string_view array_key,
                                                  std::string_view item_key,
                                                  std::vector<list_item> before) {
    std::vector<list_item> items;
    std::string cursor; // raw JSON string
    abort_signal never;
    for (std::size_t page = 0; page < options_.limits.list_pages_max; ++page) {
        upstream_call request;
        request.method = method_name;
        request.timeout = options_.list_timeout;
        if (!cursor.empty()) request.members = fmt::format(R"("cursor":{})", cursor);
        auto answer = co_await peer->call(request, spoken_, nullptr, never);
        if (answer.has_error()) {
            // A start that was broken off on purpose is no news.
            if (!is_stop_wanted_ && !is_closed_)
                context_.log->warning("server '{}': {} failed: {}", options_.name, method_name,
                                      answer.error().message());
            co_return before; // better than half a list
        }
        // Many servers declare resources but have no templates: the list is empty then.
        if (answer->message.is_error) break;
        const auto body = answer->message.result.of(answer->line);
        element_reader elements{find_member(body, array_key)};
        while (const auto element = elements.next()) {
            auto key = unquote_json(find_member(*element, item_key));
            if (!key || key->empty()) continue;
            if (items.size() >= options_.limits.list_items_max) {
                context_.log->warning("server '{}': {} has more than {} entries; the rest is left "
                                      "out (limits.list_items_max)",
                                      options_.name, method_name, items.size());
                co_return items;
            }
            items.push_back({std::move(*key), minify_json(*element)});
        }
        cursor = answer->message.in_result.next_cursor.of(answer->line);
        if (!is_json_string(cursor)) break;
    }
    co_return items;
}

/// Only what is reached over HTTP must heed the annotations, and only in the modern era.
void instance::learn_headers(std::vector<list_item>& tools) {
    if (era_ != era::modern || options_.remote.url.empty()) return;
    for (const auto& [tool, reason] : headers_.learn(tools))
        context_.log->warning("server '{}': tool '{}' is left out: {}", options_.name, tool,
                              reason);
}

void instance::refresh_if_wanted() {
    if (!has_lists_ || !is_refresh_wanted_ || is_refreshing_ || !is_running()) return;
    is_refreshing_ = true; // before: the coroutine may end before spawn() returns
    if (!tasks_.spawn(refresh_lists(link_))) is_refreshing_ = false;
}

task<> instance::refresh_lists(std::shared_ptr<link> peer) {
    // Several changes in a row cost one more fetch, not one each.
    while (std::exchange(is_refresh_wanted_, false) && !peer->has_ended())
        co_await fetch_lists(peer);
    is_refreshing_ = false;
    changed_.notify_all();
}

task<> instance::refresh() {
    is_refresh_wanted_ = true;
    refresh_if_wanted();
    const auto deadline = clock_type::now() + options_.list_timeout;
    while (is_refreshing_ && clock_type::now() < deadline) co_await changed_.wait_until(deadline);
}

void instance::want_logs() {
    if (std::exchange(wants_logs_, true)) return;
    if (is_running()) tasks_.spawn(request_logs(link_));
}

task<> instance::request_logs(std::shared_ptr<link> peer) {
    const bool is_legacy = spoken_ && era_of(*spoken_) == era::legacy;
    if (!is_legacy || find_member(agreed_.capabilities, "logging").empty()) co_return;
    upstream_call request;
    request.method = method::set_level;
    request.members = R"("level":"debug")";
    request.timeout = options_.list_timeout;
    abort_signal never;
    co_await peer->call(request, spoken_, nullptr, never);
}

} // namespace mcpgw
