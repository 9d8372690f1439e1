// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QImage>
#include <QSize>
#include <QString>

#include <atomic>
#include <mutex>

namespace birblens {

/** What a file was when it was read: another content has another stamp. */
struct FileStamp
{
    qint64 bytes = -1;   ///< -1: there is no such file
    qint64 modified = 0; ///< ms since 1970

    static FileStamp of(const QString &path);
    bool isValid() const { return bytes >= 0; }
    bool operator==(const FileStamp &) const = default;
};

/**
 * Thumbnails kept on disk between runs: one small file each, JPEG, in a folder of our own with a
 * limit; those not used for longest go first. Several threads and several programs may use a folder
 * at once: files appear whole under their names, and whatever is stale, damaged or cannot be
 * written is as if it were not there. See docs/adr/0012.
 */
class ThumbnailCache
{
public:
    static constexpr qint64 defaultLimit = 512LL * 1024 * 1024;

    /** @p folder is made when something is kept. @p limit of the files together, in bytes. */
    explicit ThumbnailCache(const QString &folder = defaultFolder(), qint64 limit = defaultLimit);

    static QString defaultFolder(); ///< in the user's cache folder
    QString folder() const { return m_folder; }
    qint64 limit() const { return m_limit; }
    /** On the disk now, in bytes; reads the whole folder. */
    qint64 used() const;

    /** The thumbnail of @p path as it was at @p stamp, fitted into @p bound; else null. */
    QImage find(const QString &path, const FileStamp &stamp, const QSize &bound) const;
    /** Now and then this also removes what is over the limit. */
    void keep(const QString &path, const FileStamp &stamp, const QSize &bound, const QImage &image);
    /** Removes the longest unused until nine tenths of the limit are left, if it is exceeded. */
    void trim() const;

private:
    QString fileOf(const QString &path, const QSize &bound) const;

    QString m_folder;
    qint64 m_limit;
    std::atomic<qint64> m_untrimmed; ///< bytes written since the last trim()
    std::mutex m_trimming;
};

} // namespace birblens
