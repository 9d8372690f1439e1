// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"
#include "core/result.h"

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

namespace birblens {

/** What a person or a table calls frames of a day: one rule for all commands. */
class FrameNames
{
public:
    explicit FrameNames(const QList<Frame> &frames);

    /**
     * The key of the one frame that @p name stands for: its key, also with backslashes; its file
     * name; or the path of its file, absolute or from the current folder.
     * @return an Error when there is none, or several: these are listed, and nothing is guessed.
     */
    Result<QString> find(const QString &name) const;
    /**
     * For a table made elsewhere, whose paths may begin above or below the day's folder: the frame
     * of that key, else the only one whose key ends with the path, or that the path ends with; then
     * also in another case, or with accents that are composed in another way.
     */
    Result<QString> findInTable(const QString &path) const;

private:
    QList<Frame> m_frames;
    QHash<QString, qsizetype> m_places;     ///< in m_frames, by key
    QHash<QString, QStringList> m_keys;     ///< by file name
    QHash<QString, QStringList> m_likeKeys; ///< by file name in one case, composed
};

} // namespace birblens
