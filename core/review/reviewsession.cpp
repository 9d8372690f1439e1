// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/reviewsession.h"

#include "core/background.h"
#include "core/camera/birbcamdatabase.h"
#include "core/review/dayloader.h"
#include "core/review/daywatcher.h"
#include "core/review/picturecheck.h"
#include "core/review/similarity.h"
#include "core/review/waitingdecisions.h"

#include <algorithm>

namespace birblens {

namespace {

constexpr int lastWriteMilliseconds = 300; ///< closing the window stays quick

} // namespace

ReviewSession::ReviewSession(QObject *parent)
    : QObject(parent)
    , m_watcher(std::make_unique<DayWatcher>())
    , m_pictures(std::make_unique<PictureCheck>())
    , m_waiting(std::make_unique<WaitingDecisions>(
          [this](const QString &text, const DecisionSteps &steps) {
              return writeWaiting(text, steps);
          }))
    , m_cancelled(std::make_shared<std::atomic_bool>(false))
    , m_similarity(std::make_unique<Similarity>(*this))
{
    // Before anybody else who listens: they find the day without the predictions of another model.
    connect(&m_explain, &ExplainState::modelChanged, this, &ReviewSession::modelTurned);
    m_pool.setMaxThreadCount(2); // a day on a slow disk must not hold up the next one
    connect(m_watcher.get(), &DayWatcher::changed, this, [this] { rescan(); });
    connect(m_watcher.get(), &DayWatcher::tick, this, &ReviewSession::tick);
    connect(m_watcher.get(), &DayWatcher::restless, this, [this] {
        say(Message::Level::Info,
            tr("This folder reports changes all the time although nothing in it changes. Birblens "
               "looks less often: a new frame may take half a minute to appear."));
    });
    connect(m_waiting.get(), &WaitingDecisions::changed, this, &ReviewSession::waitingTurned);
    connect(m_waiting.get(), &WaitingDecisions::failed, this, [this](const Error &error) {
        say(Message::Level::Problem,
            tr("What you decided is not saved yet. %1").arg(error.sentence()));
    });
    connect(m_pictures.get(), &PictureCheck::found, this, &ReviewSession::picturesFound);
    connect(m_pictures.get(), &PictureCheck::settled, this, &ReviewSession::tellWhenSettled);
}

ReviewSession::~ReviewSession()
{
    m_cancelled->store(true);
    ++m_ticket;
    // Nobody is told any more: whoever listens may be half gone.
    blockSignals(true);
    m_day.blockSignals(true);
    m_explain.blockSignals(true);
    m_waiting->flush();
    if (!m_pendingKeys.isEmpty())
        flushPendingWrites(lastWriteMilliseconds);
    m_pool.waitForDone();
}

void ReviewSession::say(Message::Level level, const QString &text,
                        const QList<Message::Link> &links)
{
    Q_EMIT message({level, text, links});
}

// --- model ---------------------------------------------------------------------------------------

QStringList ReviewSession::modelNames() const
{
    return m_explain.model() ? m_explain.model()->info.vocabulary : QStringList();
}

void ReviewSession::modelTurned()
{
    m_lastModel.reset();
    // A hundred thousand of them are freed elsewhere.
    m_pool.start([before = std::make_shared<std::vector<Prediction>>(m_day.clearPredictions())] {
        before->clear();
    });
    m_day.setModelNames(modelNames());
    loadPredictions();
}

QStringList ReviewSession::vocabulary() const
{
    if (const ModelInfo *model = predictionModel())
        return model->vocabulary;
    if (!m_dayVocabulary) {
        QSet<QString> names;
        for (int row = 0; row < m_day.size(); ++row)
            addLabels(m_day.at(row), names);
        m_dayVocabulary = orderedLabels(QStringList(names.cbegin(), names.cend()), {});
    }
    return *m_dayVocabulary;
}

void ReviewSession::addPredictions(const QString &modelId,
                                   const QHash<QString, Classified> &classified,
                                   const QList<Picture> &pictures)
{
    const std::optional<OpenModel> &model = m_explain.model();
    if (!model || model->info.id != modelId || classified.isEmpty())
        return;
    // First: what was said of the pictures before goes aside. Where that cannot be noted, these
    // would be taken for predictions of the pictures before.
    if (const auto noted = notePictures(pictures); !noted) {
        say(Message::Level::Warning,
            tr("Couldn't save predictions: %1").arg(noted.error().sentence()));
    } else if (m_store) {
        if (pictures.isEmpty())
            m_pictures->take(classified.keys());
        if (const auto saved = m_store->savePredictions(model->info, classified); !saved)
            say(Message::Level::Warning,
                tr("Couldn't save predictions: %1").arg(saved.error().sentence()));
    }
    m_day.setPredictions(classified);
}

void ReviewSession::loadPredictions()
{
    const quint64 ticket = ++m_predictionTicket; // what is being read is of no use any more
    const ModelInfo *model = predictionModel();
    m_loadingPredictions = model && m_store && m_day.size() > 0;
    if (!m_loadingPredictions)
        return;
    runInBackground(
        m_pool, this, "reading predictions",
        [folder = m_day.source().folder, model = *model, keys = m_day.keys()] {
            return knownPredictions(folder, model, keys);
        },
        [this, ticket](Result<KnownPredictions> &known) {
            if (ticket == m_predictionTicket)
                predictionsRead(known);
        });
}

void ReviewSession::sayUnreadPredictions(const Error &problem)
{
    say(Message::Level::Warning,
        tr("Earlier predictions cannot be read: %1").arg(problem.sentence()));
}

void ReviewSession::predictionsRead(Result<KnownPredictions> &known)
{
    m_loadingPredictions = false;
    m_predictionsUnread = !known;
    if (known) {
        const int unknown = known->settingsUnknown;
        m_day.takePredictions(std::move(*known));
        sayUnknownSettings(unknown);
    } else {
        sayUnreadPredictions(known.error());
    }
    Q_EMIT predictionsLoaded();
    tellWhenSettled();
}

// --- what is looked at
// -----------------------------------------------------------------------------

const FrameEntry *ReviewSession::currentEntry() const
{
    const int row = m_day.rowOf(m_currentKey);
    return row < 0 ? nullptr : &m_day.at(row);
}

void ReviewSession::setCurrentKey(const QString &key)
{
    if (key == m_currentKey || (!key.isEmpty() && m_day.rowOf(key) < 0))
        return;
    m_currentKey = key;
    Q_EMIT currentFrameChanged();
}

QStringList ReviewSession::selectedKeys() const
{
    if (m_selectedKeys.isEmpty() && !m_currentKey.isEmpty())
        return {m_currentKey};
    return m_selectedKeys;
}

void ReviewSession::setShownKeys(const QStringList &keys)
{
    if (keys == m_shownKeys)
        return;
    m_shownKeys = keys;
    Q_EMIT shownKeysChanged();
}

void ReviewSession::setSelectedKeys(const QStringList &keys)
{
    if (keys == m_selectedKeys)
        return;
    m_selectedKeys = keys;
    Q_EMIT selectionChanged();
}

} // namespace birblens
