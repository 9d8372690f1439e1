// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/layout.h"

#include "core/model/axes.h"
#include "core/model/axisrules.h"

namespace birblens {

using torch::jit::Node;
using torch::jit::Value;

namespace {

Layout layoutOf(const Axes &axes)
{
    const auto isChannels = [](const Dimension &dimension) { return !dimension.hasPlace(); };
    const auto isGrid = [&axes](size_t rows) {
        return axes[rows].isWhole(AxisPart::Of::Rows) &&
               axes[rows + 1].isWhole(AxisPart::Of::Columns);
    };
    if (axes.size() != 4 || !isChannels(axes[0]))
        return Layout::None;
    if (isChannels(axes[1]) && isGrid(2))
        return Layout::ChannelsFirst;
    if (isGrid(1) && isChannels(axes[3]))
        return Layout::ChannelsLast;
    return Layout::None;
}

} // namespace

Layouts layoutsOf(const FlatGraph &flat, const SizesOf &sizes)
{
    AxisRules rules(sizes);
    const Value *image = flat.graph->inputs()[1];
    const std::vector<int64_t> pixels = sizes(image).value();
    rules.set(image, {Dimension(), Dimension::of(AxisPart::Of::Other, pixels.at(1)),
                      Dimension::whole(AxisPart::Of::Rows, pixels.at(2)),
                      Dimension::whole(AxisPart::Of::Columns, pixels.at(3))});
    Layouts layouts{{image, Layout::ChannelsFirst}};
    for (Node *node : flat.graph->nodes()) {
        for (Value *output : node->outputs()) {
            const auto axes = rules.after(node, output);
            if (!axes)
                continue;
            rules.set(output, *axes);
            layouts[output] = layoutOf(*axes);
        }
    }
    return layouts;
}

} // namespace birblens
