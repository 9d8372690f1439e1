// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/camera/dayscanner.h"
#include "core/camera/leftout.h"

#include <QHash>
#include <QList>
#include <QSet>
#include <QStringList>

#include <utility>

struct dirent;

namespace birblens {

/**
 * Collects the files of a day folder by folder: a folder can be left out as a whole, and no file is
 * looked at but by its name. Only links, and files of disks that do not tell the type with the
 * name, are asked for. Nothing is ever opened but folders.
 */
class DayWalker
{
public:
    DayWalker(const DaySource &source, const ScanOptions &options);

    /** Reads source.imageFolder and what is below. @return false when it was cancelled. */
    bool walk();

    const QStringList &keys() const { return m_keys; } ///< paths below the day's folder
    const QList<ReadFolder> &folders() const { return m_folders; }
    const LeftOut &leftOut() const { return m_leftOut; }
    /** Key of a frame -> key of the other file of its picture. */
    const QHash<QString, QString> &pairs() const { return m_pairs; }

private:
    enum class Type { File, Folder, LinkToFolder, BrokenLink, Other };

    bool cancelled() const { return m_options.cancelled && m_options.cancelled(); }
    bool read(const QString &folder);
    Type typeOf(int folder, const dirent &entry) const;
    bool takesFolder(const QString &parent, const QString &key, const QString &name, Type type);
    void takeFile(const QString &keyBase, const QString &name, Type type, QStringList &names);
    void hideSecondFiles(const QString &keyBase, QStringList &names);

    QString m_root;
    QString m_start;
    bool m_birbCam;
    const ScanOptions &m_options;
    QSet<std::pair<quint64, quint64>> m_seen; ///< device and inode: mounts may make circles
    QStringList m_keys;
    QList<ReadFolder> m_folders;
    LeftOut m_leftOut;
    QHash<QString, QString> m_pairs;
    QStringList m_paired; ///< names of the folder at hand that may be of a pair
};

} // namespace birblens
