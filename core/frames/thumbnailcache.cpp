// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/thumbnailcache.h"

#include "core/filepath.h"
#include "core/filewriter.h"

#include <QBuffer>
#include <QCryptographicHash>
#include <QDataStream>
#include <QDateTime>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>
#include <vector>

namespace birblens {

namespace {

constexpr quint32 magic = 0x42425432; ///< another number forgets what older versions kept
constexpr int jpegQuality = 85;
constexpr qint64 block = 4096;                 ///< what a file takes at least on a disk
constexpr qint64 soon = 2LL * 1024 * 1024;     ///< written in a run before it looks at the limit
constexpr qint64 maxFileBytes = 1024LL * 1024; ///< a thumbnail has some 10 KB
constexpr qint64 secondsOfUse = 24 * 3600;     ///< how exactly the last use is known

qint64 onDisk(qint64 bytes)
{
    return (bytes + block - 1) / block * block;
}

struct Kept
{
    QString path;
    qint64 bytes = 0;
    QDateTime used;
};

std::vector<Kept> keptIn(const QString &folder)
{
    std::vector<Kept> files;
    QDirIterator all(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        const QFileInfo info = all.nextFileInfo();
        files.push_back({info.filePath(), onDisk(info.size()), info.lastModified()});
    }
    return files;
}

} // namespace

FileStamp FileStamp::of(const QString &path)
{
    const auto facts = fileFacts(path);
    return facts ? FileStamp{facts->bytes, facts->modified} : FileStamp();
}

ThumbnailCache::ThumbnailCache(const QString &folder, qint64 limit)
    : m_folder(folder)
    , m_limit(limit)
    , m_untrimmed(limit / 32 - std::min(soon, limit / 64))
{
}

QString ThumbnailCache::defaultFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::CacheLocation) +
           QStringLiteral("/thumbnails");
}

qint64 ThumbnailCache::used() const
{
    qint64 sum = 0;
    for (const Kept &file : keptIn(m_folder))
        sum += file.bytes;
    return sum;
}

QString ThumbnailCache::fileOf(const QString &path, const QSize &bound) const
{
    const QString key = QStringLiteral("%1\n%2\n%3").arg(bound.width()).arg(bound.height()) + path;
    const QByteArray name = QCryptographicHash::hash(key.toUtf8(), QCryptographicHash::Md5).toHex();
    // Folders of a few hundred files each.
    return QStringLiteral("%1/%2/%3.jpg")
        .arg(m_folder, QString::fromLatin1(name.left(2)), QString::fromLatin1(name.mid(2)));
}

QImage ThumbnailCache::find(const QString &path, const FileStamp &stamp, const QSize &bound) const
{
    QFile file(fileOf(path, bound));
    if (!stamp.isValid() || !file.open(QIODevice::ReadOnly) || file.size() > maxFileBytes)
        return {};
    QDataStream in(&file);
    quint32 sign = 0;
    FileStamp kept;
    quint16 sum = 0;
    QByteArray jpeg;
    in >> sign >> kept.bytes >> kept.modified >> sum;
    if (sign != magic || kept != stamp)
        return {};
    in >> jpeg;
    if (in.status() != QDataStream::Ok || qChecksum(jpeg) != sum)
        return {}; // half written before a crash, or a damaged disk: made again
    const QImage image = QImage::fromData(jpeg, "JPG");
    const QDateTime now = QDateTime::currentDateTimeUtc();
    if (!image.isNull() &&
        file.fileTime(QFileDevice::FileModificationTime).secsTo(now) > secondsOfUse)
        file.setFileTime(now, QFileDevice::FileModificationTime);
    return image.convertToFormat(QImage::Format_RGB888);
}

void ThumbnailCache::keep(const QString &path, const FileStamp &stamp, const QSize &bound,
                          const QImage &image)
{
    if (!stamp.isValid() || image.isNull())
        return;
    QByteArray jpeg;
    QBuffer buffer(&jpeg);
    if (!buffer.open(QIODevice::WriteOnly) || !image.save(&buffer, "JPG", jpegQuality))
        return;
    const QString name = fileOf(path, bound);
    const QString place = QFileInfo(name).path();
    if (!QDir(place).exists()) {
        // The owner's only: thumbnails show what the pictures show.
        QDir().mkpath(place);
        for (const QString &made : {m_folder, place})
            QFile::setPermissions(made, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    // Without waiting for the disk: a thumbnail that a power cut damages is made again.
    QByteArray kept;
    QDataStream out(&kept, QIODevice::WriteOnly);
    out << magic << stamp.bytes << stamp.modified << qChecksum(jpeg) << jpeg;
    if (!writeWholeFile(name, kept, FileWriter::Durability::Cached))
        return; // no room: made again the next time
    m_untrimmed += onDisk(kept.size());
    if (m_untrimmed > m_limit / 32 && m_trimming.try_lock()) {
        const std::lock_guard<std::mutex> lock(m_trimming, std::adopt_lock);
        m_untrimmed = 0;
        trim();
    }
}

void ThumbnailCache::trim() const
{
    std::vector<Kept> files = keptIn(m_folder);
    qint64 sum = 0;
    for (const Kept &file : files)
        sum += file.bytes;
    if (sum <= m_limit)
        return;
    std::sort(files.begin(), files.end(),
              [](const Kept &a, const Kept &b) { return a.used < b.used; });
    for (const Kept &file : files) {
        if (sum <= m_limit / 10 * 9)
            break;
        QFile::remove(file.path); // another program may have done so already
        sum -= file.bytes;
    }
}

} // namespace birblens
