// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/packagefolder.h"

#include "core/camera/dayscanner.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace birblens {

namespace {

const QDir::Filters everything =
    QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot;

Error cannotWrite(const QString &path, int number)
{
    return {writeFailure(number), path, QStringLiteral("Choose another folder")};
}

/** An empty folder that is a disk of its own: no folder beside it can take its place. */
bool isAnotherDisk(const QString &folder, const QString &parent)
{
    struct stat inside;
    struct stat outside;
    return ::stat(QFile::encodeName(folder).constData(), &inside) == 0 &&
           ::stat(QFile::encodeName(parent).constData(), &outside) == 0 &&
           inside.st_dev != outside.st_dev;
}

} // namespace

Result<PackageFolder> PackageFolder::open(const QString &target, Mark mark)
{
    PackageFolder package;
    package.m_target = QDir::cleanPath(QFileInfo(target).absoluteFilePath());
    package.m_place = package.m_target;
    const QString parent = QFileInfo(package.m_target).path();
    if (!QDir().mkpath(parent))
        return cannotWrite(parent, errno != 0 ? errno : EACCES);
    clearLeftovers(parent);
    const QFileInfo there(package.m_target);
    if (there.exists() && !there.isDir())
        return Error{QStringLiteral("A file has this name"), package.m_target,
                     QStringLiteral("Choose another folder")};
    if (there.exists() && !QDir(package.m_target).isEmpty(everything)) {
        clearLeftovers(package.m_target);
        QFile list(package.path(QLatin1String(exportMarker)));
        package.m_marked = list.open(QIODevice::ReadOnly);
        const QStringList names =
            QString::fromUtf8(list.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        const QStringList ours = package.m_marked && names.isEmpty()
                                     ? QDir(package.m_target).entryList(QDir::Files)
                                     : names;
        package.m_ours = QSet<QString>(ours.cbegin(), ours.cend());
        return package;
    }
    if (!there.isSymLink() && !(there.exists() && isAnotherDisk(package.m_target, parent))) {
        const QString made = temporaryNameBeside(package.m_target);
        if (::mkdir(QFile::encodeName(made).constData(), 0777) == 0) {
            package.m_place = made;
            package.m_lock =
                ::open(QFile::encodeName(made).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (package.m_lock >= 0)
                static_cast<void>(::flock(package.m_lock, LOCK_EX | LOCK_NB));
        } else if (!there.exists()) {
            return cannotWrite(parent, errno);
        }
    }
    if (package.m_place == package.m_target && !QDir().mkpath(package.m_target))
        return cannotWrite(package.m_target, errno != 0 ? errno : EACCES);
    package.m_marked = mark == Mark::Export; // it is going to be
    return package;
}

PackageFolder::PackageFolder(PackageFolder &&other) noexcept
    : m_target(other.m_target)
    , m_place(std::exchange(other.m_place, other.m_target))
    , m_lock(std::exchange(other.m_lock, -1))
    , m_marked(other.m_marked)
    , m_noted(other.m_noted)
    , m_ours(std::move(other.m_ours))
    , m_waiting(std::move(other.m_waiting))
{
}

PackageFolder::~PackageFolder()
{
    if (isNew())
        QDir(m_place).removeRecursively();
    if (m_lock >= 0)
        ::close(m_lock);
}

QString PackageFolder::path(const QString &name) const
{
    return m_target + QLatin1Char('/') + name;
}

Result<void> PackageFolder::write(const QString &name, const QByteArray &bytes)
{
    if (isNew()) {
        auto written = writeWholeFile(m_place + QLatin1Char('/') + name, bytes);
        if (!written)
            return Error{written.error().what, path(name), written.error().hint};
        note(name);
        return {};
    }
    if (QFileInfo::exists(path(name)) && !m_ours.contains(name))
        return Error{QStringLiteral("A file that Birblens did not write has this name"), path(name),
                     QStringLiteral("Move it away or export into another folder")};
    FileWriter writer(path(name));
    writer.write(bytes);
    if (auto prepared = writer.prepare(); !prepared)
        return prepared;
    m_waiting.push_back(std::move(writer));
    note(name);
    return {};
}

void PackageFolder::note(const QString &name)
{
    m_noted = m_noted || !m_ours.contains(name);
    m_ours.insert(name);
}

Result<void> PackageFolder::keepList()
{
    // Without a mark it may be somebody's folder of images, which must not vanish from a day.
    if (!m_marked || (!m_noted && !isNew()))
        return {};
    QStringList names(m_ours.cbegin(), m_ours.cend());
    names.sort();
    QByteArray text;
    for (const QString &name : std::as_const(names))
        text += name.toUtf8() + '\n';
    return writeWholeFile(m_place + QLatin1Char('/') + QLatin1String(exportMarker), text);
}

Result<void> PackageFolder::publish()
{
    // First: a file that is listed and not there does no harm.
    if (auto listed = keepList(); !listed)
        return Error{listed.error().what, path(QLatin1String(exportMarker)), listed.error().hint};
    for (FileWriter &writer : m_waiting) {
        if (auto written = writer.commit(); !written)
            return written;
    }
    m_waiting.clear();
    if (!isNew())
        return {};
    if (m_lock >= 0)
        static_cast<void>(::fsync(m_lock));
    // An empty folder gives way; one that got something meanwhile does not.
    if (::rename(QFile::encodeName(m_place).constData(), QFile::encodeName(m_target).constData()) !=
        0)
        return cannotWrite(m_target, errno);
    m_place = m_target;
    return {};
}

} // namespace birblens
