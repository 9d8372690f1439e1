// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/fileidentity.h"

#include <QFile>

#include <sys/stat.h>

namespace birblens {

std::optional<FileIdentity> identityOf(const QString &path)
{
    struct stat status;
    if (::stat(QFile::encodeName(path).constData(), &status) != 0)
        return std::nullopt;
    return FileIdentity{quint64(status.st_dev), quint64(status.st_ino)};
}

} // namespace birblens
