// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/views.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

views::views(std::vector<view_options> list, const registry& upstreams, names own_names,
             names search_names)
    : list_(std::move(list))
    , upstreams_(upstreams)
    , own_names_(std::move(own_names))
    , search_names_(std::move(search_names)) {}

void views::replace(std::vector<view_options> list) {
    list_ = std::move(list);
    faces_.clear();
}

std::shared_ptr<const view> views::make(std::string_view scope) const {
    const auto slash = scope.find('/');
    if (slash == std::string_view::npos) return nullptr;
    const auto kind = scope.substr(0, slash);
    const std::string name{scope.substr(slash + 1)};
    const auto& separator = upstreams_.catalogs().naming().separator;
    if (kind == "views") {
        const auto found = std::ranges::find(list_, name, &view_options::name);
        const bool is_there = found != list_.end() && found->is_enabled;
        return is_there ? std::make_shared<const view>(*found, separator) : nullptr;
    }
    view_options group;
    group.name = name;
    if (kind == "layers" && !name.empty()) group.layers = {name};
    if (kind == "tags") group.tags = {name};
    if (group.layers.empty() && group.tags.empty()) return nullptr;
    auto made = std::make_shared<const view>(std::move(group), separator);
    const bool has_servers = std::ranges::any_of(
        upstreams_.children(), [&made](const auto& c) { return made->has_server(c->options()); });
    return has_servers ? made : nullptr;
}

/// Null: there is no such view, and nothing is kept of that it was asked for.
views::face* views::face_of(std::string_view scope) const {
    if (generation_ != upstreams_.catalogs().generation()) {
        faces_.clear();
        generation_ = upstreams_.catalogs().generation();
    }
    if (const auto known = faces_.find(scope); known != faces_.end()) return &known->second;
    auto made = make(scope);
    if (!made) return nullptr;
    return &faces_.emplace(scope, face{std::move(made), nullptr}).first->second;
}

std::shared_ptr<const view> views::find(std::string_view scope) const {
    const auto* const found = face_of(scope);
    return found == nullptr ? nullptr : found->shown;
}

naming_options views::naming_of(const view& of) const {
    auto naming = upstreams_.catalogs().naming();
    naming.prefix = of.options().prefix.value_or(naming.prefix);
    naming.reserved.clear();
    if (of.options().expose == exposure::both) naming.reserved = own_names_;
    if (of.finds_tools()) naming.reserved = search_names_;
    return naming;
}

std::shared_ptr<const catalog> views::catalog_of(std::string_view scope) const {
    auto* const found = face_of(scope);
    if (found == nullptr) return nullptr;
    found->used = ++uses_;
    if (found->lists) return found->lists;
    std::vector<catalog::source> sources;
    for (const auto& c : upstreams_.children()) {
        if (!found->shown->has_server(c->options())) continue;
        catalog::source source{c->name(), &c->lists()};
        source.admits = [shown = found->shown.get(), name = std::string_view{c->name()}](
                            list_kind kind, const list_item& item) {
            return shown->admits(name, kind, item);
        };
        sources.push_back(std::move(source));
    }
    found->lists = std::make_shared<catalog>(sources, naming_of(*found->shown),
                                             upstreams_.catalogs().entries().get());
    return found->lists;
}

std::size_t views::page_bytes() const {
    std::size_t bytes = 0;
    for (const auto& [scope, one] : faces_) bytes += one.lists ? one.lists->page_bytes() : 0;
    return bytes;
}

void views::keep_within_limit(std::string_view just_used) const {
    for (auto bytes = page_bytes(); bytes > page_bytes_max;) {
        face* oldest = nullptr;
        for (auto& [scope, one] : faces_) {
            const bool has_pages = one.lists && one.lists->page_bytes() > 0;
            if (!has_pages || scope == just_used) continue;
            if (oldest == nullptr || one.used < oldest->used) oldest = &one;
        }
        if (oldest == nullptr) return;
        bytes -= oldest->lists->page_bytes();
        oldest->lists->forget_pages();
    }
}

std::vector<std::string_view> views::list() const {
    std::vector<std::string_view> found;
    for (const auto& one : list_)
        if (one.is_enabled) found.push_back(one.name);
    return found;
}

} // namespace mcpgw
