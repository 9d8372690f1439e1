// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/stripwork.h"

#include "core/explain/cammethods.h"
#include "core/review/reviewsession.h"

namespace birblens {

namespace {

constexpr int kDelay = 400; ///< ms; who labels two frames a second is not there to see them

ExplainRequest ofAnyLayer(ExplainRequest request)
{
    request.layer.clear();
    return request;
}

} // namespace

StripWork::StripWork(ReviewSession &session)
    : m_session(session)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(kDelay);
    connect(&m_soon, &QTimer::timeout, this, &StripWork::ask);
}

void StripWork::outdate()
{
    m_running.cancel();
}

void StripWork::explanationAsked(const std::optional<ExplainRequest> &request)
{
    outdate();
    ++m_ticket;
    m_wanted.reset();
    m_soon.stop();
    if (request && ofAnyLayer(*request) != m_shown) {
        m_shown.reset();
        m_session.explain().setLayerMaps({});
    }
}

void StripWork::askSoon()
{
    m_soon.start();
}

void StripWork::ask()
{
    const std::optional<Explanation> &shown = m_session.explain().explanation();
    const QList<int> layers = m_session.explain().stripLayers();
    if (!shown || shown->maps.isEmpty() || m_session.explain().explanationPending() ||
        layers.isEmpty()) {
        if (layers.isEmpty())
            m_session.explain().setLayerMaps({});
        return;
    }
    if (ofAnyLayer(shown->request) == m_shown &&
        m_session.explain().layerMaps().size() == layers.size())
        return;
    const CamMethodInfo *method = findCamMethod(shown->request.method);
    if (!method || method->slow) {
        m_session.explain().setLayerMaps({});
        return;
    }
    m_wanted = shown->request;
    m_wanted->classes = {shown->maps.constFirst().target.classIndex};
    Q_EMIT waiting();
}

void StripWork::run(InferenceThread &thread, const std::function<void()> &done)
{
    const ExplainRequest request = *m_wanted;
    const ExplainRequest shown = ofAnyLayer(m_session.explain().explanation()->request);
    m_wanted.reset();
    m_running = CancelFlag();
    using Maps = std::optional<QList<ClassMap>>;
    thread.run(
        "small maps", m_running,
        [request, layers = m_session.explain().stripLayers(),
         flag = m_running](std::unique_ptr<Explainer> &explainer) -> Maps {
            if (!explainer)
                return std::nullopt;
            Report report;
            report.cancelled = [flag] { return flag.isCancelled(); };
            const Result<Explanation> result =
                explainer->explainLayers(request, QImage(), layers, report);
            // Why a frame cannot be explained stands beside its large map.
            return result ? Maps(result->maps) : std::nullopt;
        },
        this,
        [this, mine = m_ticket, shown](const Result<Maps> &maps) {
            if (mine != m_ticket)
                return;
            if (!maps) {
                m_session.say(Message::Level::Problem, maps.error().sentence());
            } else if (*maps) {
                m_shown = shown;
                m_session.explain().setLayerMaps(**maps);
            }
        },
        done);
}

} // namespace birblens
