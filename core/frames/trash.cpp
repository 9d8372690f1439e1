#include "core/frames/trash.h"

#include "core/frames/filepath.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

namespace birblens {

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
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    if (data.isEmpty() || !QDir().mkpath(data + QStringLiteral("/Trash")))
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

} // namespace birblens
