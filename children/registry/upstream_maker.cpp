// SPDX-License-Identifier: Apache-2.0
#include "children/registry/upstream_maker.hpp"

namespace mcpgw {

std::unique_ptr<upstream> upstream_maker::make(const child_options& options,
                                               upstream_events& above) {
    child_context context{executor_, guard_, &log_, environment_};
    auto made = std::make_unique<upstream>(std::move(context), options, above);
    made->uses().set_lineage(++lineages_);
    if (wants_logs_) made->pools().want_logs();
    if (!options.defect.empty()) { // nothing is offered that cannot be had
        log_.warning("server '{}' is not started: {}", options.name, options.defect);
        return made;
    }
    if (auto schema = schemas_.load(options)) made->recall(std::move(*schema));
    return made;
}

void upstream_maker::remember(const upstream& source) {
    if (!schemas_.is_on()) return;
    const auto schema = source.schema();
    if (!schema) return;
    const auto stored = schemas_.store(source.options(), *schema);
    // Nobody misses it before the next start of the gateway.
    if (stored.has_error())
        log_.warning("server '{}': what it offers is not kept: {}", source.name(),
                     stored.error().message());
}

} // namespace mcpgw
