// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <array>

namespace birblens {

/** What was met while a day was listed and is no frame, by kind. A value. */
class LeftOut
{
public:
    enum Kind {
        Thumbnail,
        OtherOfPair,  ///< the second file of one picture
        SystemFile,   ///< AppleDouble and the like, hidden pictures
        SystemFolder, ///< with all that is in it
        HiddenFolder,
        ExportFolder,   ///< made by one of our exports
        TrainingFolder, ///< beside a camera database
        LinkedFolder,   ///< a link that is not followed
        BrokenLink,
        NoFile,     ///< a FIFO, a device or a socket with a picture's name
        Unreadable, ///< a folder
        RawPicture,
        Film,
        KindCount
    };

    /** @p path below the day's folder; the first few of kinds that a person has to look for are
     * kept. */
    void add(Kind kind, const QString &path);
    int count(Kind kind) const { return m_counts[kind]; }
    /** How many there are that a person may not know of: not the folders of exports, the training
     * set, and hidden folders. */
    int notable() const;
    /** Those that a person may want to do something about: path below the day's folder. */
    const QStringList &named() const { return m_named; }

    /** "12 thumbnails, 3 system folders and 2 broken links are left out"; empty for nothing. */
    QString summary() const;
    /** One line for each of named(): "a/b: a link to a folder outside of the day". */
    QStringList details() const;

    bool operator==(const LeftOut &) const = default;

private:
    std::array<int, KindCount> m_counts{};
    QStringList m_named;
    QList<int> m_kinds; ///< of m_named
};

} // namespace birblens
