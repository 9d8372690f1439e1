// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/heatmap.h"

#include <QHash>
#include <QSet>
#include <QString>

#include <optional>

namespace birblens {

/**
 * The ranges of the maps that were seen, so that frames can share one: a map of 1.2 is then the
 * same colour everywhere. Kept by frame, because a scale may be shared over a few frames only.
 */
class RangeBook
{
public:
    /** @param what target, layer and method: only maps of the same kind share a range. */
    void note(const QString &frame, const QString &what, const ScaleRange &range);
    void clear();

    /** Shares over these frames from now on; nothing: over all. */
    void setScope(const std::optional<QSet<QString>> &frames) { m_scope = frames; }
    const std::optional<QSet<QString>> &scope() const { return m_scope; }

    /** From the least to the most of all maps of that kind in scope; nothing: none was seen. */
    std::optional<ScaleRange> shared(const QString &what) const;
    /** How many frames that is of. */
    int count(const QString &what) const;

private:
    QHash<QString, QHash<QString, ScaleRange>> m_ranges; ///< what, frame
    std::optional<QSet<QString>> m_scope;
};

} // namespace birblens
