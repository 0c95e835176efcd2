// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/catalog/view.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// All views of the gateway, by the scopes of their endpoints: those that the configuration has,
/// and one for each layer and each tag that a server has. Owned by the gateway.
///
/// The lists of a view are made when somebody first asks for them after a change of the servers or
/// of the views, and shared by all who ask then; entries that are in several are one object. What
/// was rendered of them is kept within a limit, that of the views that were asked for last.
class views {
public:
    using names = std::set<std::string, std::less<>>;

    static constexpr std::size_t page_bytes_max = 8U << 20U; ///< of rendered lists, of all views

    /// `own_names`: of the gateway's tools and resources, and `search_names`: of those that find
    /// tools, which no server gets beside them.
    views(std::vector<view_options> list, const registry& upstreams, names own_names,
          names search_names = {});

    /// Others from now on.
    void replace(std::vector<view_options> list);

    /// Null: there is none.
    [[nodiscard]] std::shared_ptr<const view> find(std::string_view scope) const;
    /// What it shows of the servers' lists; null: there is no such view.
    [[nodiscard]] std::shared_ptr<const catalog> catalog_of(std::string_view scope) const;
    /// How names are made in it.
    [[nodiscard]] naming_options naming_of(const view& of) const;
    /// After a list of that view was given to somebody: forgets rendered lists over the limit.
    void keep_within_limit(std::string_view just_used) const;
    /// Bytes of rendered lists.
    [[nodiscard]] std::size_t page_bytes() const;
    /// Of the views that the configuration has, those that are enabled.
    [[nodiscard]] std::vector<std::string_view> list() const;

private:
    struct face {
        std::shared_ptr<const view> shown;
        std::shared_ptr<const catalog> lists; ///< null: nobody has asked for it yet
        std::uint64_t used = 0;
    };
    [[nodiscard]] std::shared_ptr<const view> make(std::string_view scope) const;
    face* face_of(std::string_view scope) const;

    std::vector<view_options> list_;
    const registry& upstreams_;
    names own_names_;
    names search_names_;
    mutable std::map<std::string, face, std::less<>> faces_; ///< as of that generation
    mutable std::uint64_t generation_ = 0;
    mutable std::uint64_t uses_ = 0;
};

} // namespace mcpgw
