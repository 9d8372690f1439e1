#pragma once

#include <QCache>
#include <QHash>
#include <QImage>
#include <QObject>
#include <QSet>
#include <QSize>
#include <QString>
#include <QStringList>
#include <QThreadPool>

namespace birblens {

/**
 * Decodes thumbnails on a small pool, the most recently asked for first. GUI thread only.
 * `ready` fires on the GUI thread, once per request, also for failures (null image, `problem` set).
 */
class Thumbnailer : public QObject
{
    Q_OBJECT
public:
    explicit Thumbnailer(const QSize &bound, QObject *parent = nullptr);
    ~Thumbnailer() override; ///< cancels what is queued and waits for what runs

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
        QString stamp; ///< size and time of the file that failed: another one is tried again
    };
    void startNext();
    void finish(const QString &path, const QImage &image, const QString &problem,
                const QString &stamp);

    QSize m_bound;
    QThreadPool m_pool;
    QCache<QString, QImage> m_cache; ///< cost in KB
    QHash<QString, Problem> m_problems;
    QStringList m_queue; ///< next is the last
    QSet<QString> m_running;
};

} // namespace birblens
