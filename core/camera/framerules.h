// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QSet>
#include <QString>
#include <QStringView>

#include <optional>

namespace birblens {

/** Folder that a system, a disk station or an archiver keeps for itself: it holds no frames. */
bool isSystemFolder(QStringView name);

/**
 * A picture that another program made small of a frame, by its name alone: `NAME.jpg.i0002.th.jpg`,
 * `NAME_thumb.jpg`. Also where the frame itself is not beside it: what is 64 pixels wide would be
 * classified wrongly and count as a capture.
 */
bool isThumbnailName(QStringView fileName);

/** Two files of one picture, of which one counts. Names without folder. */
struct FilePair
{
    QString counts;
    QString hidden;
    bool thumbnail = false; ///< the hidden one is only smaller, not another rendering
};

/** The pair that @p fileName makes with one of the files beside it; nothing mostly. */
std::optional<FilePair> pairOf(const QString &fileName, const QSet<QString> &beside);
/** Cheap: false when pairOf() would find nothing, whatever lies beside. */
bool mayBeOfPair(QStringView fileName);

} // namespace birblens
