// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/jobs/classifyqueue.h"
#include "core/jobs/inferencethread.h"
#include "core/jobs/inferencework.h"

#include <QObject>

#include <functional>
#include <optional>

namespace birblens {

struct FrameEntry;
class ReviewSession;

/** Progress of classifying a day. */
struct ClassifyProgress
{
    int done = 0;
    int total = 0;
    int failed = 0;
    double framesPerSecond = 0.0;
    double secondsLeft = 0.0;
};

/** Classifies the frames of the day that have no prediction of the open model yet. */
class ClassifyWork : public QObject, public InferenceWork
{
    Q_OBJECT
public:
    explicit ClassifyWork(ReviewSession &session);

    /** Once the session has loaded what it knows. @param featuresToo those that lack features. */
    void start(bool featuresToo);
    void cancel();
    bool isActive() const { return m_queue.isActive() || m_asked; }

    bool isWaiting() const override { return m_queue.isActive(); }
    void run(InferenceThread &thread, const std::function<void()> &done) override;
    void stop() override;

Q_SIGNALS:
    void waiting();
    void progress(const birblens::ClassifyProgress &progress);
    void finished(bool cancelled);

private:
    QList<Frame> framesThat(const std::function<bool(const FrameEntry &)> &lack) const;
    void inserted(int first, int last);
    void take(const ClassifiedBatch &batch);
    void reportProgress();

    ReviewSession &m_session;
    ClassifyQueue m_queue;
    bool m_queuedFeatures = false; ///< the queue has frames that lack nothing but features
    std::optional<bool> m_asked;   ///< featuresToo, while the session loads predictions
    CancelFlag m_running;
};

} // namespace birblens

Q_DECLARE_METATYPE(birblens::ClassifyProgress)
