#include "core/jobs/classifyqueue.h"

#include "core/frames/imageloader.h"

#include <QtConcurrent>

namespace birblens {

namespace {
/** Frames per step: an interactive request waits for one step at the most. */
constexpr int batchSize = 4;
} // namespace

QFuture<DecodedFrame> decodeAhead(const QList<Frame> &frames)
{
    return QtConcurrent::mapped(frames, [](const Frame &frame) {
        std::optional<Picture> picture;
        const Result<QImage> image = guarded("decoding", [&] {
            picture = pictureOfFrame(frame.key, frame.path());
            return loadImage(frame.path());
        });
        return image ? DecodedFrame{frame.key, *image, {}, picture}
                     : DecodedFrame{frame.key, {}, image.error().sentence()};
    });
}

ClassifiedBatch classifyDecoded(Network &network, const QList<DecodedFrame> &decoded)
{
    ClassifiedBatch batch;
    batch.modelId = network.info().id;
    QStringList keys;
    QList<QImage> images;
    for (const DecodedFrame &frame : decoded) {
        if (frame.problem.isEmpty()) {
            keys.append(frame.key);
            images.append(frame.image);
            if (frame.picture)
                batch.pictures.append(*frame.picture);
        } else {
            batch.problems.insert(frame.key, frame.problem);
        }
    }
    const Result<QList<Classified>> classified = network.classify(images);
    if (!classified) {
        batch.failure = classified.error().sentence();
        return batch;
    }
    for (int i = 0; i < keys.size(); ++i)
        batch.classified.insert(keys[i], classified->at(i));
    return batch;
}

void ClassifyQueue::start(const QList<Frame> &frames)
{
    stop();
    m_frames = frames;
    m_total = static_cast<int>(frames.size());
    m_active = !frames.isEmpty();
    m_clock.start();
}

void ClassifyQueue::add(const QList<Frame> &frames)
{
    m_frames.append(frames);
    m_total += static_cast<int>(frames.size());
}

void ClassifyQueue::stop()
{
    if (m_hasAhead)
        m_ahead.cancel();
    *this = ClassifyQueue();
}

QFuture<DecodedFrame> ClassifyQueue::takeBatch()
{
    const QList<Frame> batch = m_frames.mid(0, batchSize);
    m_frames.remove(0, batch.size());
    return decodeAhead(batch);
}

QFuture<DecodedFrame> ClassifyQueue::nextBatch()
{
    QFuture<DecodedFrame> current = m_hasAhead ? m_ahead : takeBatch();
    m_hasAhead = !m_frames.isEmpty();
    if (m_hasAhead)
        m_ahead = takeBatch();
    return current;
}

void ClassifyQueue::arrived(const ClassifiedBatch &batch)
{
    m_done += static_cast<int>(batch.classified.size() + batch.problems.size());
    m_failed += static_cast<int>(batch.problems.size());
    if (isEmpty())
        m_active = false;
}

double ClassifyQueue::framesPerSecond() const
{
    const qint64 elapsed = m_clock.isValid() ? m_clock.elapsed() : 0;
    return elapsed > 0 ? 1000.0 * m_done / static_cast<double>(elapsed) : 0.0;
}

} // namespace birblens
