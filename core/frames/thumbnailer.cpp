// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/thumbnailer.h"

#include "core/frames/desktopthumbnail.h"
#include "core/frames/imageloader.h"
#include "core/guarded.h"

#include <QThread>

#include <algorithm>

namespace birblens {

namespace {

constexpr int cacheKilobytes = 48 * 1024; ///< some 340 thumbnails: pages around what is seen

/** Smaller files are decoded as quickly as anything kept of them. */
constexpr qint64 worthKeeping = 8LL * 1024;
/** Larger ones take longer than the PNG that another program may have made. */
constexpr qint64 worthAsking = 512LL * 1024;

struct Made
{
    QImage image;
    QString problem;
    bool known = false; ///< it was kept already
};

Made make(const QString &path, const FileStamp &stamp, const QSize &bound,
          const ThumbnailCache *kept)
{
    if (kept) {
        if (const QImage image = kept->find(path, stamp, bound); !image.isNull())
            return {image, {}, true};
        if (stamp.bytes >= worthAsking) {
            if (const QImage image = desktopThumbnail(path, stamp, bound); !image.isNull())
                return {image, {}, false};
        }
    }
    const Result<QImage> loaded = loadThumbnail(path, bound);
    return loaded ? Made{*loaded, {}, false} : Made{{}, loaded.error().what, false};
}

} // namespace

Thumbnailer::Thumbnailer(const QSize &bound, std::shared_ptr<ThumbnailCache> kept, QObject *parent)
    : QObject(parent)
    , m_bound(bound)
    , m_kept(std::move(kept))
    , m_cache(cacheKilobytes)
{
    setThreads(std::clamp(QThread::idealThreadCount() / 2, 1, 4));
    m_pool.setThreadPriority(QThread::LowPriority);
}

void Thumbnailer::setThreads(int count)
{
    m_pool.setMaxThreadCount(count);
}

Thumbnailer::~Thumbnailer()
{
    m_queue.clear();
    m_pool.clear();
    m_pool.waitForDone();
}

QImage Thumbnailer::thumbnail(const QString &path)
{
    if (const QImage *cached = m_cache.object(path))
        return *cached;
    if (m_running.contains(path))
        return {};
    const auto failed = m_problems.constFind(path);
    if (failed != m_problems.constEnd()) {
        if (failed->stamp == FileStamp::of(path))
            return {};
        m_problems.erase(failed); // written to since: the camera had not finished
    }
    // The last in the queue is the next: what was asked for most recently is what is looked at.
    m_queue.removeOne(path);
    m_queue.append(path);
    startNext();
    return {};
}

QString Thumbnailer::problem(const QString &path) const
{
    return m_problems.value(path).text;
}

void Thumbnailer::setWanted(const QStringList &paths)
{
    const QSet<QString> asked(m_queue.cbegin(), m_queue.cend());
    m_queue.clear();
    for (auto path = paths.crbegin(); path != paths.crend(); ++path) {
        if (asked.contains(*path))
            m_queue.append(*path);
    }
}

void Thumbnailer::startNext()
{
    while (!m_queue.isEmpty() && m_running.size() < m_pool.maxThreadCount()) {
        const QString path = m_queue.takeLast();
        m_running.insert(path);
        m_pool.start([this, path, bound = m_bound, kept = m_kept] {
            // Taken before reading: a file that grows meanwhile differs from it afterwards.
            const FileStamp stamp = FileStamp::of(path);
            const Result<Made> tried =
                guarded("thumbnail", [&] { return make(path, stamp, bound, kept.get()); });
            const Made made = tried ? *tried : Made{{}, tried.error().what, false};
            // The destructor waits for the pool, so that `this` outlives the call.
            QMetaObject::invokeMethod(
                this, [this, path, made, stamp] { finish(path, made.image, made.problem, stamp); },
                Qt::QueuedConnection);
            // When it is on its way already.
            if (kept && !made.known && stamp.bytes >= worthKeeping) {
                // One that cannot be kept is made again.
                static_cast<void>(guarded("keeping a thumbnail",
                                          [&] { kept->keep(path, stamp, bound, made.image); }));
            }
        });
    }
}

void Thumbnailer::finish(const QString &path, const QImage &image, const QString &problem,
                         const FileStamp &stamp)
{
    m_running.remove(path);
    if (problem.isEmpty()) {
        const qsizetype cost = std::max<qsizetype>(1, image.sizeInBytes() / 1024);
        m_cache.insert(path, new QImage(image), cost);
    } else {
        m_problems.insert(path, {problem, stamp});
    }
    Q_EMIT ready(path, problem);
    startNext();
}

} // namespace birblens
