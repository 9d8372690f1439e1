// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/similarity.h"

#include "core/background.h"
#include "core/review/reviewsession.h"
#include "core/store/featuretable.h"

#include <utility>

namespace birblens {

struct Similarity::Answer
{
    std::shared_ptr<FeatureTable> table;
    std::vector<float> cosines;
};

Similarity::Similarity(ReviewSession &session)
    : m_session(session)
    , m_cancelled(std::make_shared<std::atomic_bool>(false))
{
    m_pool.setMaxThreadCount(1); // one table in the works at a time
    connect(&session, &ReviewSession::dayOpened, this, &Similarity::forget);
    connect(&session.explain(), &ExplainState::modelChanged, this, &Similarity::forget);
    // The table goes by row and by what the network said of the picture that was there.
    connect(&session, &ReviewSession::clockChanged, this, &Similarity::tableIsOld);
    connect(&session, &ReviewSession::picturesChanged, this, &Similarity::tableIsOld);
}

Similarity::~Similarity()
{
    m_cancelled->store(true);
    m_pool.waitForDone();
}

void Similarity::forget()
{
    m_cancelled->store(true);
    ++m_ticket;
    m_wanted.clear();
    m_reference.clear();
    m_table.reset();
}

void Similarity::tableIsOld()
{
    m_table.reset();
    if (isComparing())
        start();
}

int Similarity::missing() const
{
    const Day &day = m_session.day();
    int count = 0;
    for (int row = 0; row < day.size(); ++row) {
        const FrameEntry &entry = day.at(row);
        count += int(!entry.hasFeatures && !entry.frame.gone && entry.problem.isEmpty());
    }
    return count;
}

void Similarity::compareWith(const QString &key)
{
    m_cancelled->store(true);
    ++m_ticket;
    m_wanted.clear();
    const int row = m_session.day().rowOf(key);
    if (row < 0)
        return;
    if (!m_session.explain().model()) {
        Q_EMIT failed({tr("Which frames are alike is what a model says"), {}, tr("Open one")});
        return;
    }
    if (!m_session.day().at(row).hasFeatures) {
        Q_EMIT failed({tr("The model has not looked at this frame yet"),
                       {},
                       tr("Classify the day (Ctrl+K)")});
        return;
    }
    m_wanted = key;
    start();
    Q_EMIT comparing(key);
}

void Similarity::start()
{
    const Day &day = m_session.day();
    const quint64 ticket = ++m_ticket;
    m_cancelled = std::make_shared<std::atomic_bool>(false);
    if (m_table && (m_table->rows() != day.size() || m_tableFeatures != day.featureCount()))
        m_table.reset();
    QStringList keys;
    if (!m_table) {
        m_tableFeatures = day.featureCount();
        keys = day.keys();
    }
    runInBackground(
        m_pool, this, "comparing frames",
        [table = m_table, row = day.rowOf(m_wanted), keys, cancelled = m_cancelled,
         folder = day.source().folder,
         model = m_session.explain().model()->info.id]() -> Result<Answer> {
            Answer answer{table, {}};
            if (!answer.table) {
                Result<std::shared_ptr<FeatureTable>> loaded =
                    FeatureTable::load(folder, model, keys, cancelled);
                if (!loaded)
                    return loaded.error();
                answer.table = *loaded;
            }
            if (cancelled->load())
                return Error{};
            Result<std::vector<float>> cosines = answer.table->compare(row);
            if (!cosines)
                return cosines.error();
            answer.cosines = std::move(*cosines);
            return answer;
        },
        [this, ticket](const Result<Answer> &answer) {
            if (ticket == m_ticket)
                arrived(answer);
        });
}

void Similarity::arrived(const Result<Answer> &answer)
{
    if (!answer) {
        m_wanted.clear();
        Q_EMIT failed(answer.error());
        return;
    }
    if (answer->table->rows() != m_session.day().size()) { // frames came in: the rows are others
        start();
        return;
    }
    m_table = answer->table;
    m_reference = std::exchange(m_wanted, QString());
    m_session.day().setSimilarities(answer->cosines);
    Q_EMIT compared(m_reference);
}

} // namespace birblens
