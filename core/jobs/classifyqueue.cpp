// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/classifyqueue.h"

#include "core/frames/imageloader.h"
#include "core/model/inputgeometry.h"

#include <QtConcurrent>

namespace birblens {

namespace {
/** Frames per step: an interactive request waits for one step at the most. */
constexpr int batchSize = 4;

Result<QImage> decode(const QString &path, const InputSpec &input)
{
    if (input.size().isEmpty()) // no model is open: it is only looked at whether it is sound
        return loadImage(path);
    return loadShrunk(path, [&input](const QImage &frame) { return resizeFrame(frame, input); });
}

} // namespace

QFuture<DecodedFrame> decodeAhead(const QList<Frame> &frames, const InputSpec &input)
{
    return QtConcurrent::mapped(frames, [input](const Frame &frame) {
        DecodedFrame decoded{frame.key, frame.path(), input, {}};
        const Result<QImage> image = guarded("decoding", [&] {
            decoded.picture = pictureOfFrame(frame.key, decoded.path);
            return decode(decoded.path, input);
        });
        if (image) {
            decoded.image = *image;
        } else {
            decoded.problem = image.error().sentence();
            decoded.picture.reset();
        }
        return decoded;
    });
}

ClassifiedBatch classifyDecoded(Network &network, const QList<DecodedFrame> &decoded)
{
    ClassifiedBatch batch;
    batch.modelId = network.info().id;
    QList<const DecodedFrame *> asked;
    QList<QImage> images;
    const InputSpec &input = network.info().input;
    for (const DecodedFrame &frame : decoded) {
        if (!frame.problem.isEmpty()) {
            batch.problems.insert(frame.key, frame.problem);
            continue;
        }
        QImage image = frame.image;
        if (frame.input != input) {
            const Result<QImage> again = decode(frame.path, input);
            if (!again) {
                batch.problems.insert(frame.key, again.error().sentence());
                continue;
            }
            image = *again;
        }
        asked.append(&frame);
        images.append(image);
    }
    const Result<QList<Classified>> classified = network.classify(images);
    if (!classified) {
        batch.failure = classified.error().sentence();
        return batch;
    }
    for (int i = 0; i < asked.size(); ++i) {
        const DecodedFrame &frame = *asked[i];
        if (!classified->at(i).prediction.isFinite()) {
            batch.notFinite.insert(frame.key, classified->at(i).prediction);
            continue;
        }
        batch.classified.insert(frame.key, classified->at(i));
        if (frame.picture)
            batch.pictures.append(*frame.picture);
    }
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

QFuture<DecodedFrame> ClassifyQueue::takeBatch(const InputSpec &input)
{
    const QList<Frame> batch = m_frames.mid(0, batchSize);
    m_frames.remove(0, batch.size());
    return decodeAhead(batch, input);
}

QFuture<DecodedFrame> ClassifyQueue::nextBatch(const InputSpec &input)
{
    QFuture<DecodedFrame> current = m_hasAhead ? m_ahead : takeBatch(input);
    m_hasAhead = !m_frames.isEmpty();
    if (m_hasAhead)
        m_ahead = takeBatch(input);
    return current;
}

void ClassifyQueue::arrived(const ClassifiedBatch &batch)
{
    m_done +=
        static_cast<int>(batch.classified.size() + batch.notFinite.size() + batch.problems.size());
    m_notFinite += static_cast<int>(batch.notFinite.size());
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
