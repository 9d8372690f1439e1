// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/thumbnailcache.h"

#include <QCache>
#include <QImage>
#include <QObject>
#include <QSet>
#include <QSize>
#include <QString>
#include <QStringList>
#include <QThreadPool>
#include <QTimer>

namespace birblens {

/** A decoded frame. Of a large one the reduced picture comes first, the full one when it rests. */
struct LoadedPhoto
{
    QImage photo;   ///< in full resolution; null while only the preview is there
    QImage preview; ///< at least about screen-sized
    QSize size;     ///< of the frame in full resolution
    FileStamp file; ///< before it was read
    QString damage; ///< a sentence, when the file is damaged and this is what could be decoded
    QString remark; ///< a sentence about what is odd although the picture is whole
};

/**
 * Decodes frames off the GUI thread and keeps the last ones, at most 256 MB. Only the newest wanted
 * path is ever announced; what was overtaken is not decoded any more, or kept silently when it
 * was begun. Frames larger than a screen are decoded at reduced scale first, and in full when they
 * have been wanted for a moment. GUI thread only.
 */
class PhotoLoader : public QObject
{
    Q_OBJECT
public:
    explicit PhotoLoader(QObject *parent = nullptr);
    ~PhotoLoader() override; ///< drops what is queued and waits for what runs

    /**
     * loaded or failed follows, at once when the photo is in the cache; loaded a second time when a
     * large one is there in full. Empty: nothing is wanted. In @p passing, when the next one will
     * be wanted before this one could be there, it is begun only if that does not happen.
     */
    void request(const QString &path, bool passing = false);
    /** Decodes these, in this order, beside what is wanted; replaces the former list. */
    void prefetch(const QStringList &paths);
    /** Pixels of the longer side that a reduced picture must have at least: what is seen of it. */
    void setPreviewSide(int side) { m_side = side; }
    /** How long a picture takes from its request on, in ms, smoothed; other work included. */
    double latency() const { return m_latency; }
    /** How many frames like the last one may be decoded ahead: they share half of the cache. */
    int room() const;
    /** The frame in full resolution when it is at hand, undamaged, and its file still the same;
     * else null. */
    QImage cached(const QString &path) const;
    void forget(const QString &path);

Q_SIGNALS:
    void loaded(const QString &path, const birblens::LoadedPhoto &photo);
    void failed(const QString &path, const QString &problem);

private:
    struct Answer;
    struct Task
    {
        QString path;
        bool full = false;
        bool operator==(const Task &) const = default;
        friend size_t qHash(const Task &task, size_t seed = 0)
        {
            return qHashMulti(seed, task.path, task.full);
        }
    };
    void pump(); ///< starts what is next, while a thread is free
    void start(const Task &task);
    void arrived(const Answer &answer);
    bool isKnown(const QString &path) const;

    QThreadPool m_pool;
    QCache<QString, LoadedPhoto> m_cache; ///< cost in KB
    QString m_wanted;
    bool m_announced = false; ///< the wanted one, at least as a preview
    bool m_fullTried = false;
    QSet<Task> m_running;
    QStringList m_ahead;
    QTimer m_rest;             ///< then the wanted one is decoded, or decoded in full
    qsizetype m_costKb = 1024; ///< of the last preview
    int m_side = 1600;
    double m_latency = 0.0;
};

} // namespace birblens
