// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/filehash.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QMutex>

namespace birblens {

namespace {

struct Known
{
    qint64 size = -1;
    QDateTime modified;
    QString hash;
};

} // namespace

Result<QString> fileHash(const QString &path)
{
    static QMutex mutex;
    static QHash<QString, Known> known;
    const QFileInfo info(path);
    const QString name = info.canonicalFilePath();
    Known now{info.size(), info.lastModified(), {}};
    {
        const QMutexLocker lock(&mutex);
        if (const auto found = known.constFind(name);
            found != known.cend() && found->size == now.size && found->modified == now.modified)
            return found->hash;
    }
    QFile file(path);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
        return Error{QStringLiteral("The model cannot be read"), path,
                     QStringLiteral("Check the disk and the permissions")};
    now.hash = QString::fromLatin1(hash.result().toHex().left(16));
    const QMutexLocker lock(&mutex);
    known.insert(name, now);
    return now.hash;
}

} // namespace birblens
