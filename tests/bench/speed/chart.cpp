// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace mcpgw::bench {

namespace {

constexpr double width = 760;
constexpr double height = 340;
constexpr double left = 60;
constexpr double right = 10;
constexpr double top = 76;
constexpr double bottom = 34;
constexpr double group_gap = 28;
constexpr std::size_t colours = 4;

constexpr std::string_view style = R"(<style>
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-size: 15px; font-weight: 600 }
.value { font-size: 10px }
line { stroke: #d0d7de }
.c0 { fill: #0969da } .c1 { fill: #54aeff } .c2 { fill: #8c959f } .c3 { fill: #bf8700 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  line { stroke: #30363d }
  .c0 { fill: #388bfd } .c1 { fill: #79c0ff } .c2 { fill: #8b949e } .c3 { fill: #d29922 }
}
</style>
)";

/// A round step, of which about five fit below `highest`.
double step_for(double highest) {
    const double rough = std::max(highest, 1.0) / 5;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough) return factor * power;
    return 10 * power;
}

/// 41.9k, 812
std::string short_number(double value) {
    if (value >= 100'000) return fmt::format("{:.0f}k", value / 1000);
    if (value >= 1000) return fmt::format("{:.1f}k", value / 1000);
    return fmt::format("{:.0f}", value);
}

std::string axis(double highest, double scale) {
    std::string made;
    for (double value = 0; value <= highest; value += step_for(highest)) {
        const double y = height - bottom - value * scale;
        made += fmt::format("<line x1=\"{}\" y1=\"{:.1f}\" x2=\"{}\" y2=\"{:.1f}\"/>\n", left, y,
                            width - right, y);
        made += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", left - 8,
                            y + 4, value == 0 ? "0" : fmt::format("{:.0f}k", value / 1000));
    }
    return made;
}

} // namespace

std::string bar_chart::svg() const {
    double highest = 0;
    for (const auto& one : series)
        for (const auto value : one.values) highest = std::max(highest, value);
    highest = std::ceil(highest / step_for(highest)) * step_for(highest);
    const double scale = (height - top - bottom) / std::max(highest, 1.0);
    auto made = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" "
                            "role=\"img\">\n<title>{}</title>\n{}",
                            width, height, title, style);
    made += fmt::format("<text class=\"title\" x=\"{}\" y=\"22\">{}</text>\n", left, title);
    double legend = left;
    for (std::size_t i = 0; i < series.size(); ++i) {
        made += fmt::format("<rect class=\"c{}\" x=\"{:.0f}\" y=\"36\" width=\"12\" height=\"12\" "
                            "rx=\"2\"/>\n<text x=\"{:.0f}\" y=\"46\">{}</text>\n",
                            i % colours, legend, legend + 18, series[i].name);
        legend += 44 + 7 * static_cast<double>(series[i].name.size());
    }
    made += axis(highest, scale);
    const double group = (width - left - right) / static_cast<double>(groups.size());
    const double bar = (group - group_gap) / static_cast<double>(series.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const double begin = left + group * static_cast<double>(g) + group_gap / 2;
        made += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                            begin + (group - group_gap) / 2, height - bottom + 20, groups[g]);
        for (std::size_t i = 0; i < series.size(); ++i) {
            const double value = series[i].values[g];
            if (value <= 0) continue;
            const double x = begin + bar * static_cast<double>(i);
            const double y = height - bottom - value * scale;
            made += fmt::format("<rect class=\"c{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
                                "height=\"{:.1f}\" rx=\"2\"/>\n",
                                i % colours, x + 1, y, bar - 2, value * scale);
            made += fmt::format("<text class=\"value\" x=\"{:.1f}\" y=\"{:.1f}\" "
                                "text-anchor=\"middle\">{}</text>\n",
                                x + bar / 2, y - 5, short_number(value));
        }
    }
    return made + "</svg>\n";
}

} // namespace mcpgw::bench
