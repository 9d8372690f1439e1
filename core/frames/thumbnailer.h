// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/thumbnailcache.h"

#include <QCache>
#include <QHash>
#include <QImage>
#include <QObject>
#include <QSet>
#include <QSize>
#include <QString>
#include <QStringList>
#include <QThreadPool>

#include <memory>

namespace birblens {

/**
 * Makes thumbnails on a small pool, the most recently asked for first: from what is kept on disk,
 * else by decoding. GUI thread only.
 * `ready` fires on the GUI thread, once per request, also for failures (null image, `problem` set).
 */
class Thumbnailer : public QObject
{
    Q_OBJECT
public:
    /** @p kept what is kept on disk between runs; null: nothing. */
    explicit Thumbnailer(const QSize &bound, std::shared_ptr<ThumbnailCache> kept = nullptr,
                         QObject *parent = nullptr);
    ~Thumbnailer() override; ///< cancels what is queued and waits for what runs

    /** How many are made at the same time; by itself half of the cores, 1 to 4. */
    void setThreads(int count);
    /** The cached thumbnail, or null after queueing a request for @p path. */
    QImage thumbnail(const QString &path);
    /** Why @p path has no thumbnail; empty while unknown or fine. A file that changed since is
     * tried again by thumbnail(). */
    QString problem(const QString &path) const;
    /** Only these are still wanted (the visible ones, nearest first); others are dropped. */
    void setWanted(const QStringList &paths);

Q_SIGNALS:
    void ready(const QString &path, const QString &problem);

private:
    struct Problem
    {
        QString text;
        FileStamp stamp; ///< of the file that failed: another one is tried again
    };
    void startNext();
    void finish(const QString &path, const QImage &image, const QString &problem,
                const FileStamp &stamp);

    QSize m_bound;
    std::shared_ptr<ThumbnailCache> m_kept;
    QThreadPool m_pool;
    QCache<QString, QImage> m_cache; ///< cost in KB
    QHash<QString, Problem> m_problems;
    QStringList m_queue; ///< next is the last
    QSet<QString> m_running;
};

} // namespace birblens
