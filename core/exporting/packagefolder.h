// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/filewriter.h"
#include "core/result.h"

#include <QSet>
#include <QString>
#include <QStringList>

#include <vector>

namespace birblens {

/**
 * A folder of files that belong together, such as a Camtrap DP package. Where nothing is yet, it is
 * made beside its place and gets its name in publish(): until then, and after a failure, there is
 * nothing at the target. A folder that holds something already is written to file by file, all of
 * them first under temporary names, so that a full disk changes none of them.
 *
 * The hidden file that marks an export folder (exportMarker) lists the files that are ours, one
 * name a line. In a folder whose list does not have it, a file is somebody else's: it is neither
 * replaced nor removed. An empty list is that of an older version: whatever is there then counts as
 * ours.
 */
class PackageFolder
{
public:
    enum class Mark {
        Export, ///< no day lists its pictures
        None    ///< it is a day itself; there is no list
    };
    /** Makes what is needed to write. What a killed run left beside @p target goes. */
    static Result<PackageFolder> open(const QString &target, Mark mark = Mark::Export);
    PackageFolder(PackageFolder &&other) noexcept;
    PackageFolder(const PackageFolder &) = delete;
    PackageFolder &operator=(const PackageFolder &) = delete;
    ~PackageFolder(); ///< without publish(): nothing has happened

    /** Where it is being made; the target itself when that holds something already. */
    QString place() const { return m_place; }
    bool isNew() const { return m_place != m_target; }
    /** @p name in the target: where it will be. */
    QString path(const QString &name) const;

    /** An error when somebody else's file has this name. */
    Result<void> write(const QString &name, const QByteArray &bytes);
    /** Gives everything its name. At most once. */
    Result<void> publish();

private:
    PackageFolder() = default;
    void note(const QString &name);
    Result<void> keepList();

    QString m_target;
    QString m_place;
    int m_lock = -1;       ///< of place(), while it has a temporary name
    bool m_marked = false; ///< as an export folder
    bool m_noted = false;  ///< the list has grown
    QSet<QString> m_ours;
    std::vector<FileWriter> m_waiting; ///< under temporary names in the target
};

} // namespace birblens
