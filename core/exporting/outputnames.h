// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explanation.h"
#include "core/model/modelinfo.h"

#include <QHash>
#include <QList>
#include <QSet>
#include <QString>
#include <QStringList>

namespace birblens {

/** @p text as part of a file's name: what no name may hold becomes `_`. */
QString fileNamePart(const QString &text);

/**
 * One name for each of @p candidates, no two the same. Each has its first candidate where nobody
 * else's name is that; those that meet go on to their next ones together, and where there are no
 * more, the first of them keeps the name and the others get `-2`, `-3`... The same input gives the
 * same names. @param foldCase names that differ only in case are one, see foldsCase().
 */
QStringList distinctNames(const QList<QStringList> &candidates, bool foldCase);

/**
 * Names of what one run writes for frames and their maps: `<stem>`, and
 * `<stem>.<class>.<layer>.<method>`. Frames of one stem are told apart by their folders, else by
 * their endings; classes and layers that are one name as part of a file's name by a number.
 */
class MapNames
{
public:
    /** @p frames are paths below a common folder; @p layers those that are to be written. */
    MapNames(const QStringList &frames, const ModelInfo &model, const QStringList &layers,
             bool foldCase);

    /** Without an ending. @p frame is one of those it was made with. */
    QString frame(const QString &frame) const { return m_frames.value(frame); }
    /** Without an ending; asked again, the same. */
    QString map(const QString &frame, const ClassMap &map);

private:
    QHash<QString, QString> m_frames; ///< by path
    QHash<QString, QString> m_layers;
    ModelInfo m_model; ///< its vocabulary as parts of names
    bool m_foldCase;
    QHash<QString, QString> m_given; ///< names, folded where they fold, and what they are for
};

/** @p paths below the deepest folder that holds them all. */
QStringList belowCommonFolder(const QStringList &paths);

} // namespace birblens
