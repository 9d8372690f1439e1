// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/trash.h"

#include "core/filepath.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSet>
#include <QStandardPaths>
#include <QStorageInfo>
#include <QUrl>

#include <unistd.h>

namespace birblens {

namespace {

QString accountTrash()
{
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return data.isEmpty() ? QString() : data + QStringLiteral("/Trash");
}

/** What a note in the trash says. */
struct TrashNote
{
    QString path; ///< where the file was; may be relative to the top folder of its disk
    QString date; ///< YYYY-MM-DDThh:mm:ss
};

TrashNote readNote(const QString &note)
{
    TrashNote said;
    QFile file(note);
    if (!file.open(QIODevice::ReadOnly))
        return said;
    for (const QByteArray &line : file.read(64 * 1024).split('\n')) {
        if (line.startsWith("Path="))
            said.path = QFile::decodeName(QByteArray::fromPercentEncoding(line.mid(5).trimmed()));
        else if (line.startsWith("DeletionDate="))
            said.date = QString::fromLatin1(line.mid(13).trimmed());
    }
    return said;
}

} // namespace

Result<QString> moveToTrash(const QString &path)
{
    const auto facts = fileFacts(path);
    if (!facts || facts->kind != FileFacts::Kind::Regular)
        return Error{QStringLiteral("There is no such file any more"), path, {}};
    if (isLink(path))
        return Error{QStringLiteral("This is a link, and the picture lies elsewhere"), path,
                     QStringLiteral("Remove the link in a file manager")};
    if (hasForeignBytes(path))
        return Error{QStringLiteral("The desktop's trash cannot keep a name that is not UTF-8"),
                     readablePath(path), QStringLiteral("Rename the file first")};
    const Error refused{
        QStringLiteral("It cannot be moved to the trash"), path,
        QStringLiteral("Check that its folder can be written and its disk has a trash")};
    // Without this folder, as in a new account, Qt 6.4 takes the working folder for the trash.
    const QString trash = accountTrash();
    if (trash.isEmpty() || !QDir().mkpath(trash))
        return refused;
    QString inTrash;
    if (!QFile::moveToTrash(path, &inTrash))
        return refused;
    const QString absolute = QFileInfo(inTrash).absoluteFilePath();
    if (QDir::isRelativePath(inTrash)) { // all the same no trash
        QFile::rename(absolute, path);
        return refused;
    }
    return absolute;
}

Result<void> restoreFromTrash(const QString &inTrash, const QString &path)
{
    const QFileInfo file(inTrash);
    if (inTrash.isEmpty() || !file.isFile())
        return Error{QStringLiteral("It is not in the trash any more"), path,
                     QStringLiteral("Look whether it was brought back under another name")};
    if (QFileInfo::exists(path))
        return Error{QStringLiteral("There is a file of that name again"), path,
                     QStringLiteral("Move it away to get the one from the trash back")};
    if (!QDir().mkpath(QFileInfo(path).path()) || !QFile::rename(inTrash, path))
        return Error{QStringLiteral("It cannot be moved back from the trash"), path,
                     QStringLiteral("Check that its folder can be written")};
    // The note beside it, which says where it came from.
    const QDir files = file.dir();
    QFile::remove(
        files.absoluteFilePath(QStringLiteral("../info/%1.trashinfo").arg(file.fileName())));
    return {};
}

QHash<QString, QString> findInTrash(const QStringList &paths)
{
    QHash<QString, QString> places;
    if (paths.isEmpty())
        return places;
    QSet<QString> roots;
    for (const QString &path : paths) {
        QString folder = QFileInfo(path).path();
        while (!QFileInfo::exists(folder) && QFileInfo(folder).path() != folder)
            folder = QFileInfo(folder).path();
        roots.insert(QStorageInfo(folder).rootPath());
    }
    const QString user = QString::number(::getuid());
    QStringList trashes{accountTrash()};
    for (const QString &root : std::as_const(roots)) {
        trashes.append(QDir(root).absoluteFilePath(QStringLiteral(".Trash/") + user));
        trashes.append(QDir(root).absoluteFilePath(QStringLiteral(".Trash-") + user));
    }
    const QSet<QString> wanted(paths.cbegin(), paths.cend());
    QHash<QString, QString> dates;
    for (const QString &trash : std::as_const(trashes)) {
        const QDir notes(trash + QStringLiteral("/info"));
        for (const QString &name :
             notes.entryList({QStringLiteral("*.trashinfo")}, QDir::Files | QDir::Hidden)) {
            const TrashNote note = readNote(notes.absoluteFilePath(name));
            QString path = note.path;
            if (!path.isEmpty() && QDir::isRelativePath(path)) {
                for (const QString &root : std::as_const(roots)) {
                    if (wanted.contains(QDir(root).absoluteFilePath(note.path)))
                        path = QDir(root).absoluteFilePath(note.path);
                }
            }
            const QString file =
                trash + QStringLiteral("/files/") + name.chopped(10); // ".trashinfo"
            if (!wanted.contains(path) || !QFileInfo(file).isFile() ||
                (places.contains(path) && note.date < dates.value(path)))
                continue;
            places.insert(path, file);
            dates.insert(path, note.date);
        }
    }
    return places;
}

} // namespace birblens
