// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"
#include "core/jobs/inferencethread.h"
#include "core/model/modelinfo.h"
#include "core/model/prediction.h"
#include "core/result.h"
#include "core/store/picture.h"

#include <QElapsedTimer>
#include <QHash>
#include <QList>

namespace birblens {

/** What one step of classifying brings back. */
struct ClassifiedBatch
{
    QString modelId;
    QHash<QString, Classified> classified; ///< by frame key
    QHash<QString, Prediction> notFinite;  ///< likewise: logits that are no prediction
    QList<Picture> pictures;               ///< what was classified, of the same frames
    QHash<QString, QString> problems;      ///< frames that could not be decoded
    QString failure;                       ///< the network itself failed; empty when fine
};

/** A frame decoded ahead of the network. */
struct DecodedFrame
{
    QString key;
    QString path;
    InputSpec input;                     ///< what the image was made for
    QImage image;                        ///< of that size: whole frames would fill the memory
    QString problem = {};                ///< why there is no image
    std::optional<Picture> picture = {}; ///< what the file held
};

/**
 * Decodes @p frames on the global pool for a network of that @p input, so that it never waits for
 * JPEGs.
 */
QFuture<DecodedFrame> decodeAhead(const QList<Frame> &frames, const InputSpec &input);

/**
 * Runs @p decoded through the network as one batch; what was decoded for another input, of a model
 * that was open before, is decoded again. On the inference thread.
 */
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

    /** The next batch, decoded for the network of that @p input: a future that is under way. */
    QFuture<DecodedFrame> nextBatch(const InputSpec &input);
    void arrived(const ClassifiedBatch &batch);

    int done() const { return m_done; }
    int failed() const { return m_failed; }
    int notFinite() const { return m_notFinite; }
    int total() const { return m_total; }
    double framesPerSecond() const;

private:
    QFuture<DecodedFrame> takeBatch(const InputSpec &input);

    QList<Frame> m_frames;
    QFuture<DecodedFrame> m_ahead;
    bool m_hasAhead = false;
    bool m_active = false;
    int m_total = 0;
    int m_done = 0;
    int m_failed = 0;
    int m_notFinite = 0;
    QElapsedTimer m_clock;
};

} // namespace birblens
