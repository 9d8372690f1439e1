// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>
#include <QStringList>

#include <optional>

namespace birblens {

/** What the file of a frame held when it was looked at. */
struct Picture
{
    QString key;         ///< the frame's
    QString fingerprint; ///< pictureFingerprint(); empty: not taken yet
    qint64 size = -1;    ///< of the file, bytes
    qint64 modified = 0; ///< of the file, milliseconds since 1970

    bool operator==(const Picture &) const = default;
};

/** What noting pictures has found. */
struct PictureNews
{
    QStringList changed;  ///< another picture has taken the place of the one before
    QStringList restored; ///< of those before: the picture that the label is for is back
    bool isEmpty() const { return changed.isEmpty() && restored.isEmpty(); }
};

/** The file of the frame @p key at @p path without its fingerprint; nothing when it is gone. */
std::optional<Picture> fileOfFrame(const QString &key, const QString &path);
/** The same with its fingerprint, empty when the file cannot be read as a picture. */
std::optional<Picture> pictureOfFrame(const QString &key, const QString &path);

} // namespace birblens
