// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/photoloader.h"

#include "core/background.h"
#include "core/frames/imageloader.h"

#include <QElapsedTimer>

#include <algorithm>

namespace birblens {

namespace {

constexpr int kCacheKb = 256 * 1024;
constexpr int kThreads = 3;      ///< one is left for what is wanted
constexpr int kAheadThreads = 2; ///< of them
constexpr int kRestMs = 120;     ///< longer than between two frames of a held arrow key
constexpr int kPassingMs = 60;   ///< likewise, of a key that repeats as usual

} // namespace

struct PhotoLoader::Answer
{
    Task task;
    LoadedPhoto photo;
    QString problem;
};

PhotoLoader::PhotoLoader(QObject *parent)
    : QObject(parent)
    , m_cache(kCacheKb)
{
    m_pool.setMaxThreadCount(kThreads);
    m_rest.setSingleShot(true);
    connect(&m_rest, &QTimer::timeout, this, &PhotoLoader::pump);
}

PhotoLoader::~PhotoLoader()
{
    m_pool.clear();
    m_pool.waitForDone();
}

QImage PhotoLoader::cached(const QString &path) const
{
    const LoadedPhoto *photo = m_cache.object(path);
    const bool whole = photo && photo->damage.isEmpty(); // what is left of a picture is no frame
    return whole && photo->file == FileStamp::of(path) ? photo->photo : QImage();
}

void PhotoLoader::forget(const QString &path)
{
    m_cache.remove(path);
}

int PhotoLoader::room() const
{
    return static_cast<int>(std::max<qsizetype>(1, kCacheKb / 2 / m_costKb));
}

bool PhotoLoader::isKnown(const QString &path) const
{
    return m_cache.contains(path) || m_running.contains({path, false});
}

void PhotoLoader::request(const QString &path, bool passing)
{
    m_wanted = path;
    m_announced = false;
    m_fullTried = false;
    m_ahead.clear();
    m_rest.stop();
    if (path.isEmpty())
        return;
    if (const LoadedPhoto *photo = m_cache.object(path)) {
        const LoadedPhoto copy = *photo;
        m_announced = true;
        if (copy.photo.isNull())
            m_rest.start(kRestMs);
        Q_EMIT loaded(path, copy);
        return;
    }
    if (passing)
        m_rest.start(kPassingMs);
    pump();
}

void PhotoLoader::prefetch(const QStringList &paths)
{
    m_ahead = paths;
    pump();
}

void PhotoLoader::pump()
{
    if (!m_wanted.isEmpty() && m_running.size() < kThreads) {
        const LoadedPhoto *photo = m_cache.object(m_wanted);
        if (!photo && !m_announced && !m_rest.isActive())
            start({m_wanted, false});
        else if (photo && photo->photo.isNull() && !m_fullTried && !m_rest.isActive()) {
            m_fullTried = true;
            start({m_wanted, true});
        }
    }
    while (!m_ahead.isEmpty() && m_running.size() < kAheadThreads) {
        const QString path = m_ahead.takeFirst();
        if (!isKnown(path))
            start({path, false});
    }
}

void PhotoLoader::start(const Task &task)
{
    if (m_running.contains(task))
        return;
    m_running.insert(task);
    QElapsedTimer since;
    since.start();
    runInBackground(
        m_pool, this, "photograph",
        [task, side = m_side] {
            Answer answer{task, {}, {}};
            answer.photo.file = FileStamp::of(task.path);
            if (task.full) {
                Result<QImage> image = loadImage(task.path);
                if (image) {
                    answer.photo.photo = *image;
                    answer.photo.size = image->size();
                } else {
                    answer.problem = image.error().sentence();
                }
                return answer;
            }
            Result<FramePreview> preview = loadPreview(task.path, side);
            if (!preview) {
                answer.problem = preview.error().sentence();
                return answer;
            }
            answer.photo.preview = preview->image;
            answer.photo.size = preview->size;
            answer.photo.damage = preview->damage;
            answer.photo.remark = preview->remark;
            // There is no more to come of a damaged one.
            if (preview->image.size() == preview->size || !preview->damage.isEmpty())
                answer.photo.photo = preview->image;
            return answer;
        },
        [this, task, since](const Result<Answer> &answer) {
            m_latency += (static_cast<double>(since.elapsed()) - m_latency) / 4.0;
            arrived(answer ? *answer : Answer{task, {}, answer.error().sentence()});
        });
}

void PhotoLoader::arrived(const Answer &answer)
{
    const QString &path = answer.task.path;
    m_running.remove(answer.task);
    const bool wanted = path == m_wanted;
    if (!answer.problem.isEmpty()) {
        if (wanted && !m_announced) {
            m_announced = true;
            Q_EMIT failed(path, answer.problem);
        }
        pump();
        return;
    }
    LoadedPhoto photo = answer.photo;
    const LoadedPhoto *known = m_cache.object(path);
    if (answer.task.full) {
        photo.preview = known ? known->preview : photo.photo;
        photo.remark = known ? known->remark : QString();
    }
    const qsizetype bytes =
        photo.preview.sizeInBytes() +
        (photo.photo.constBits() == photo.preview.constBits() ? 0 : photo.photo.sizeInBytes());
    const qsizetype kb = std::max<qsizetype>(1, bytes / 1024);
    if (!answer.task.full)
        m_costKb = kb;
    // Only what is looked at is kept in full.
    if (!answer.task.full || wanted)
        m_cache.insert(path, new LoadedPhoto(photo), kb);
    if (wanted) {
        m_announced = true;
        if (photo.photo.isNull())
            m_rest.start(kRestMs);
        Q_EMIT loaded(path, photo);
    }
    pump();
}

} // namespace birblens
