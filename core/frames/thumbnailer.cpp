#include "core/frames/thumbnailer.h"

#include "core/frames/imageloader.h"

#include <QFileInfo>
#include <QThread>

#include <algorithm>

namespace birblens {

namespace {

constexpr int cacheKilobytes = 64 * 1024; ///< some 450 thumbnails: pages around what is seen

QString fileStamp(const QString &path)
{
    const QFileInfo info(path);
    return info.exists() ? QStringLiteral("%1 %2")
                               .arg(info.size())
                               .arg(info.lastModified().toMSecsSinceEpoch())
                         : QString();
}

} // namespace

Thumbnailer::Thumbnailer(const QSize &bound, QObject *parent)
    : QObject(parent)
    , m_bound(bound)
    , m_cache(cacheKilobytes)
{
    m_pool.setMaxThreadCount(std::clamp(QThread::idealThreadCount() / 2, 1, 4));
    m_pool.setThreadPriority(QThread::LowPriority);
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
        if (failed->stamp == fileStamp(path))
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
    const QSet<QString> wanted(paths.begin(), paths.end());
    QStringList queue;
    for (auto path = paths.crbegin(); path != paths.crend(); ++path) {
        if (m_queue.contains(*path) && !queue.contains(*path))
            queue.append(*path);
    }
    m_queue = queue;
}

void Thumbnailer::startNext()
{
    while (!m_queue.isEmpty() && m_running.size() < m_pool.maxThreadCount()) {
        const QString path = m_queue.takeLast();
        m_running.insert(path);
        m_pool.start([this, path, bound = m_bound] {
            // Taken before reading: a file that grows meanwhile differs from it afterwards.
            const QString stamp = fileStamp(path);
            const Result<QImage> loaded = loadThumbnail(path, bound);
            const QImage image = loaded ? *loaded : QImage();
            const QString problem = loaded ? QString() : loaded.error().what;
            // The destructor waits for the pool, so that `this` outlives the call.
            QMetaObject::invokeMethod(
                this, [this, path, image, problem, stamp] { finish(path, image, problem, stamp); },
                Qt::QueuedConnection);
        });
    }
}

void Thumbnailer::finish(const QString &path, const QImage &image, const QString &problem,
                         const QString &stamp)
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
