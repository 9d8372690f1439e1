// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/blocks.h"

#include <QSet>

namespace birblens {

namespace {

/** Containers that only hold modules in a row; their members are looked at instead. */
bool isRow(const LayerInfo &layer)
{
    return layer.type == QLatin1String("Sequential") || layer.type == QLatin1String("ModuleList");
}

QString withoutCall(const QString &name)
{
    return name.section(QLatin1Char('#'), 0, 0);
}

} // namespace

void markBlocks(QList<LayerInfo> &layers)
{
    QSet<QString> composite; // every module with 4-D layers below it
    QSet<QString> rows;
    for (const LayerInfo &layer : layers) {
        const QString name = withoutCall(layer.name);
        for (qsizetype dot = name.indexOf(QLatin1Char('.')); dot >= 0;
             dot = name.indexOf(QLatin1Char('.'), dot + 1))
            composite.insert(name.left(dot));
        if (isRow(layer))
            rows.insert(name);
    }

    int marked = 0;
    for (LayerInfo &layer : layers) {
        const QString name = withoutCall(layer.name);
        layer.block = composite.contains(name) && !rows.contains(name) &&
                      (layer.height > 1 || layer.width > 1);
        for (qsizetype dot = name.indexOf(QLatin1Char('.')); layer.block && dot >= 0;
             dot = name.indexOf(QLatin1Char('.'), dot + 1)) {
            const QString outer = name.left(dot);
            // Inside another block; a container without a 4-D output of its own does not count.
            for (const LayerInfo &other : layers) {
                if (withoutCall(other.name) == outer && !rows.contains(outer))
                    layer.block = false;
            }
        }
        marked += layer.block ? 1 : 0;
    }
    if (marked >= 3)
        return;
    for (int i = 0; i < layers.size(); ++i) {
        const bool last = i + 1 == layers.size();
        layers[i].block = last || layers[i].height != layers[i + 1].height ||
                          layers[i].width != layers[i + 1].width;
    }
}

int lastGridLayer(const QList<LayerInfo> &layers)
{
    for (int i = static_cast<int>(layers.size()) - 1; i >= 0; --i) {
        if (layers[i].height > 1 || layers[i].width > 1)
            return i;
    }
    return static_cast<int>(layers.size()) - 1;
}

} // namespace birblens
