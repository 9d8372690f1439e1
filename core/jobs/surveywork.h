// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"
#include "core/jobs/inferencethread.h"
#include "core/jobs/inferencework.h"

#include <QList>
#include <QObject>
#include <QStringList>

namespace birblens {

class ReviewSession;

/** Explains frames one by one, as the current frame is explained, for the session's shared range.
 */
class SurveyWork : public QObject, public InferenceWork
{
    Q_OBJECT
public:
    explicit SurveyWork(ReviewSession &session);

    void start(const QStringList &keys);
    void cancel();
    bool isActive() const { return !m_frames.isEmpty(); }
    /** The frame at hand is taken up again later. */
    void giveWay();

    bool isWaiting() const override { return isActive(); }
    void run(InferenceThread &thread, const std::function<void()> &done) override;
    void stop() override { giveWay(); }

Q_SIGNALS:
    void progress(int done, int total);
    void finished(bool cancelled);

private:
    ReviewSession &m_session;
    QList<Frame> m_frames; ///< the first one is next
    int m_done = 0;
    CancelFlag m_running;
};

} // namespace birblens
