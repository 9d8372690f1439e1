// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/classifywork.h"

#include "core/review/reviewsession.h"

#include <utility>

namespace birblens {

ClassifyWork::ClassifyWork(ReviewSession &session)
    : m_session(session)
{
    connect(&session, &ReviewSession::predictionsLoaded, this, [this] {
        if (const std::optional<bool> asked = std::exchange(m_asked, std::nullopt))
            start(*asked);
    });
    connect(&session, &ReviewSession::dayOpened, this, &ClassifyWork::cancel);
    connect(&session.day(), &Day::inserted, this, &ClassifyWork::inserted);
}

void ClassifyWork::stop()
{
    m_running.cancel();
    m_queue.stop();
}

QList<Frame> ClassifyWork::framesThat(const std::function<bool(const FrameEntry &)> &lack) const
{
    QList<Frame> frames;
    const Day &day = m_session.day();
    for (int row = 0; row < day.size(); ++row) {
        const FrameEntry &entry = day.at(row);
        if (!entry.frame.gone && entry.problem.isEmpty() && lack(entry))
            frames.append(entry.frame);
    }
    return frames;
}

void ClassifyWork::start(bool featuresToo)
{
    if (!m_session.explain().model())
        return;
    if (m_session.isLoadingPredictions()) {
        m_asked = featuresToo || m_asked.value_or(false);
        return;
    }
    const bool running = m_queue.isActive();
    if (running && (!featuresToo || m_queuedFeatures))
        return;
    QList<Frame> frames;
    if (!running)
        frames = framesThat([](const FrameEntry &entry) {
            return entry.prediction ? entry.prediction->settingsUnknown : entry.silence.isEmpty();
        });
    if (featuresToo)
        frames.append(framesThat([](const FrameEntry &entry) {
            return entry.prediction && !entry.prediction->settingsUnknown && !entry.hasFeatures;
        }));
    m_queuedFeatures = featuresToo;
    if (running) {
        m_queue.add(frames);
        return;
    }
    m_running = CancelFlag();
    m_queue.start(frames);
    if (!m_queue.isActive())
        return;
    reportProgress();
    Q_EMIT waiting();
}

void ClassifyWork::cancel()
{
    const bool asked = std::exchange(m_asked, std::nullopt).has_value();
    if (!m_queue.isActive() && !asked)
        return;
    m_running.cancel();
    m_queue.stop();
    Q_EMIT finished(true);
}

/** Frames that the camera adds while the day is being classified join the queue. */
void ClassifyWork::inserted(int first, int last)
{
    if (!m_queue.isActive())
        return;
    QList<Frame> added;
    for (int row = first; row <= last; ++row)
        added.append(m_session.day().at(row).frame);
    m_queue.add(added);
}

void ClassifyWork::run(InferenceThread &thread, const std::function<void()> &done)
{
    const std::optional<OpenModel> &model = m_session.explain().model();
    thread.run(
        "classifying", m_running,
        [decoded = m_queue.nextBatch(model ? model->info.input : InputSpec()),
         flag = m_running](std::unique_ptr<Explainer> &explainer) {
            if (!explainer || flag.isCancelled())
                return ClassifiedBatch();
            return classifyDecoded(explainer->network(), decoded.results());
        },
        this,
        [this, flag = m_running](const Result<ClassifiedBatch> &batch) {
            if (flag.isCancelled())
                return;
            ClassifiedBatch failed;
            if (!batch)
                failed.failure = batch.error().sentence();
            take(batch ? *batch : failed);
        },
        done);
}

void ClassifyWork::take(const ClassifiedBatch &batch)
{
    m_session.addPredictions(batch.modelId, batch.classified, batch.pictures);
    for (auto it = batch.problems.begin(); it != batch.problems.end(); ++it)
        m_session.day().setProblem(it.key(), it.value());
    for (auto it = batch.notFinite.begin(); it != batch.notFinite.end(); ++it)
        m_session.day().setSilence(it.key(), notFiniteSentence(it->logits) + QLatin1Char('.'));
    m_queue.arrived(batch);
    reportProgress();
    if (!batch.failure.isEmpty()) {
        m_session.say(Message::Level::Problem, batch.failure);
        m_queue.stop();
    }
    if (m_queue.isActive())
        return;
    if (m_queue.notFinite() > 0)
        m_session.say(Message::Level::Warning, notFiniteSummary(m_queue.notFinite()));
    Q_EMIT finished(false);
}

void ClassifyWork::reportProgress()
{
    ClassifyProgress now;
    now.done = m_queue.done();
    now.total = m_queue.total();
    now.failed = m_queue.failed();
    now.framesPerSecond = m_queue.framesPerSecond();
    if (now.framesPerSecond > 0.0)
        now.secondsLeft = (now.total - now.done) / now.framesPerSecond;
    Q_EMIT progress(now);
}

} // namespace birblens
