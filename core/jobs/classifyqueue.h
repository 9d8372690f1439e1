#pragma once

#include "core/frames/frame.h"
#include "core/jobs/inferencethread.h"
#include "core/model/prediction.h"
#include "core/result.h"
#include "core/review/picture.h"

#include <QElapsedTimer>
#include <QHash>
#include <QList>

namespace birblens {

/** What one step of classifying brings back. */
struct ClassifiedBatch
{
    QString modelId;
    QHash<QString, Classified> classified; ///< by frame key
    QList<Picture> pictures;               ///< what was classified, of the same frames
    QHash<QString, QString> problems;      ///< frames that could not be decoded
    QString failure;                       ///< the network itself failed; empty when fine
};

/** A frame decoded ahead of the network. */
struct DecodedFrame
{
    QString key;
    QImage image;
    QString problem;                     ///< why there is no image
    std::optional<Picture> picture = {}; ///< what the file held
};

/** Decodes @p frames on the global pool, so that the network never waits for JPEGs. */
QFuture<DecodedFrame> decodeAhead(const QList<Frame> &frames);

/** Runs @p decoded through the network as one batch. On the inference thread. */
ClassifiedBatch classifyDecoded(Network &network, const QList<DecodedFrame> &decoded);

/**
 * The frames that still have to be classified, handed out in batches; the next batch is decoded
 * while the network runs on the current one. GUI thread.
 */
class ClassifyQueue
{
public:
    void start(const QList<Frame> &frames);
    void add(const QList<Frame> &frames);
    void stop();
    bool isActive() const { return m_active; }
    bool isEmpty() const { return m_frames.isEmpty() && !m_hasAhead; }

    /** The decoded frames of the next batch, as a future that is already under way. */
    QFuture<DecodedFrame> nextBatch();
    void arrived(const ClassifiedBatch &batch);

    int done() const { return m_done; }
    int failed() const { return m_failed; }
    int total() const { return m_total; }
    double framesPerSecond() const;

private:
    QFuture<DecodedFrame> takeBatch();

    QList<Frame> m_frames;
    QFuture<DecodedFrame> m_ahead;
    bool m_hasAhead = false;
    bool m_active = false;
    int m_total = 0;
    int m_done = 0;
    int m_failed = 0;
    QElapsedTimer m_clock;
};

} // namespace birblens
