#include "ui/views/photoloader.h"

#include "core/frames/imageloader.h"

#include <QFutureWatcher>
#include <QtConcurrent>

namespace birblens {

namespace {

constexpr int kCacheKb = 256 * 1024;
constexpr int kPreviewSide = 2048;
constexpr int kWantedPriority = 1;

} // namespace

struct PhotoLoader::Answer
{
    QString path;
    LoadedPhoto photo;
    QString problem;
};

PhotoLoader::PhotoLoader(QObject *parent)
    : QObject(parent)
    , m_cache(kCacheKb)
{
    m_pool.setMaxThreadCount(2);
}

PhotoLoader::~PhotoLoader()
{
    m_pool.clear();
    m_pool.waitForDone();
}

QImage PhotoLoader::cached(const QString &path) const
{
    const LoadedPhoto *photo = m_cache.object(path);
    return photo ? photo->photo : QImage();
}

void PhotoLoader::forget(const QString &path)
{
    m_cache.remove(path);
}

void PhotoLoader::request(const QString &path)
{
    m_wanted = path;
    m_ahead.clear();
    if (path.isEmpty())
        return;
    if (const LoadedPhoto *photo = m_cache.object(path)) {
        const LoadedPhoto copy = *photo;
        Q_EMIT loaded(path, copy);
        return;
    }
    start(path, kWantedPriority);
}

void PhotoLoader::prefetch(const QStringList &paths)
{
    m_ahead = paths;
    prefetchNext();
}

void PhotoLoader::prefetchNext()
{
    while (!m_ahead.isEmpty() && m_running.isEmpty()) {
        const QString path = m_ahead.takeFirst();
        if (!m_cache.contains(path))
            start(path, 0);
    }
}

void PhotoLoader::start(const QString &path, int priority)
{
    if (m_running.contains(path))
        return;
    m_running.insert(path);
    auto *watcher = new QFutureWatcher<Answer>(this);
    connect(watcher, &QFutureWatcher<Answer>::finished, this, [this, watcher] {
        if (watcher->future().resultCount() > 0)
            arrived(watcher->result());
        watcher->deleteLater();
    });
    watcher->setFuture(QtConcurrent::task([path] {
                           Answer answer{path, {}, {}};
                           Result<QImage> image = loadImage(path);
                           if (!image) {
                               answer.problem = image.error().sentence();
                               return answer;
                           }
                           answer.photo.photo = *image;
                           const bool large =
                               image->width() > kPreviewSide || image->height() > kPreviewSide;
                           answer.photo.preview =
                               large ? image->scaled(kPreviewSide, kPreviewSide,
                                                     Qt::KeepAspectRatio, Qt::SmoothTransformation)
                                     : *image;
                           return answer;
                       })
                           .withPriority(priority)
                           .onThreadPool(m_pool)
                           .spawn());
}

void PhotoLoader::arrived(const Answer &answer)
{
    m_running.remove(answer.path);
    if (answer.problem.isEmpty()) {
        const qsizetype bytes =
            answer.photo.photo.sizeInBytes() + answer.photo.preview.sizeInBytes();
        m_cache.insert(answer.path, new LoadedPhoto(answer.photo),
                       qMax<qsizetype>(1, bytes / 1024));
    }
    if (answer.path == m_wanted) {
        if (answer.problem.isEmpty())
            Q_EMIT loaded(answer.path, answer.photo);
        else
            Q_EMIT failed(answer.path, answer.problem);
    }
    prefetchNext();
}

} // namespace birblens
