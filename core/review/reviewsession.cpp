// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/reviewsession.h"

#include "core/background.h"
#include "core/camera/birbcamdatabase.h"
#include "core/explain/cammethods.h"
#include "core/review/dayloader.h"
#include "core/review/daywatcher.h"
#include "core/review/picturecheck.h"
#include "core/review/similarity.h"
#include "core/review/waitingdecisions.h"

#include <algorithm>

namespace birblens {

namespace {

constexpr int lastWriteMilliseconds = 300; ///< closing the window stays quick

QString rangeKey(const ModelInfo &model, const ClassMap &map)
{
    return targetName(model, map.target) + QLatin1Char('\n') + map.layer + QLatin1Char('\n') +
           map.method;
}

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

void ReviewSession::setModel(std::optional<OpenModel> model)
{
    const QStringList before = m_model ? m_model->info.vocabulary : QStringList();
    m_model = std::move(model);
    m_lastModel.reset();
    m_ranges.clear();
    m_explanation.reset();
    m_explanationProblem.clear();
    m_pending = false;

    const bool targetsGone =
        !m_targets.isEmpty() && (!m_model || m_model->info.vocabulary != before);
    if (targetsGone)
        m_targets.clear();
    if (!m_model || m_model->info.vocabulary != before)
        setTargetKind(TargetKind::Class);
    bool layerKnown = m_layer.isEmpty();
    for (const LayerInfo &layer : m_model ? m_model->layers : QList<LayerInfo>())
        layerKnown = layerKnown || layer.name == m_layer;
    if (!layerKnown)
        m_layer.clear();

    // A hundred thousand of them are freed elsewhere.
    m_pool.start([before = std::make_shared<std::vector<Prediction>>(m_day.clearPredictions())] {
        before->clear();
    });
    m_day.setModelNames(m_model ? m_model->info.vocabulary : QStringList());
    loadPredictions();
    Q_EMIT modelChanged();
    if (targetsGone)
        Q_EMIT targetClassesChanged();
    if (!layerKnown)
        Q_EMIT layerChanged();
    if (m_model && m_model->layers.isEmpty())
        setMethod(usualMethod(false));
    Q_EMIT explanationPendingChanged(false);
    Q_EMIT explanationChanged();
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
    if (!m_model || m_model->info.id != modelId || classified.isEmpty())
        return;
    // First: what was said of the pictures before goes aside. Where that cannot be noted, these
    // would be taken for predictions of the pictures before.
    if (const auto noted = notePictures(pictures); !noted) {
        say(Message::Level::Warning,
            tr("Couldn't save predictions: %1").arg(noted.error().sentence()));
    } else if (m_store) {
        if (pictures.isEmpty())
            m_pictures->take(classified.keys());
        if (const auto saved = m_store->savePredictions(m_model->info, classified); !saved)
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

void ReviewSession::setTargetClasses(const QList<int> &classes)
{
    if (classes == m_targets)
        return;
    m_targets = classes;
    Q_EMIT targetClassesChanged();
}

void ReviewSession::setTargetKind(TargetKind kind, int contrast)
{
    // A difference needs another class; without one the class itself is explained.
    if (kind == TargetKind::Contrast &&
        (!m_model || contrast < 0 || contrast >= m_model->info.vocabulary.size()))
        kind = TargetKind::Class;
    const int other = kind == TargetKind::Contrast ? contrast : -1;
    if (kind == m_targetKind && other == m_contrast)
        return;
    m_targetKind = kind;
    m_contrast = other;
    Q_EMIT targetClassesChanged();
}

QString ReviewSession::effectiveLayer() const
{
    if (!m_layer.isEmpty() || !m_model)
        return m_model ? m_layer : QString();
    const QList<LayerInfo> &layers = m_model->layers;
    const auto named = std::find_if(layers.cbegin(), layers.cend(), [this](const LayerInfo &layer) {
        return layer.name == m_model->info.defaultLayer;
    });
    if (named != layers.cend())
        return named->name;
    const auto last = std::find_if(layers.crbegin(), layers.crend(), [](const LayerInfo &layer) {
        return layer.height > 1 || layer.width > 1;
    });
    if (last != layers.crend())
        return last->name;
    return layers.isEmpty() ? QString() : layers.last().name;
}

void ReviewSession::setLayer(const QString &name)
{
    if (name == m_layer)
        return;
    m_layer = name;
    Q_EMIT layerChanged();
}

void ReviewSession::setMethod(const QString &name)
{
    if (name == m_method)
        return;
    m_method = name;
    Q_EMIT methodChanged();
}

void ReviewSession::setHeatStyle(const HeatStyle &style)
{
    if (style == m_style)
        return;
    m_style = style;
    Q_EMIT heatStyleChanged();
}

std::function<ScaleRange(const ClassMap &)> ReviewSession::rangeSnapshot() const
{
    return [style = m_style, book = m_ranges,
            model = m_model ? m_model->info : ModelInfo()](const ClassMap &map) {
        ScaleRange range = style.fixed;
        if (style.scale == ScaleMode::PerFrame)
            range = ownRange(map.map);
        else if (style.scale == ScaleMode::Shared)
            range = book.shared(rangeKey(model, map)).value_or(ownRange(map.map));
        return birblens::rangeFor(range, style.colorMap);
    };
}

ScaleRange ReviewSession::rangeFor(const ClassMap &map) const
{
    return rangeSnapshot()(map);
}

void ReviewSession::setSharedScope(const std::optional<QSet<QString>> &keys)
{
    m_ranges.setScope(keys);
    Q_EMIT rangesChanged();
}

int ReviewSession::sharedFrames(const ClassMap &map) const
{
    return m_model ? m_ranges.count(rangeKey(m_model->info, map)) : 0;
}

void ReviewSession::addRanges(const Explanation &explanation)
{
    noteRanges(explanation);
    Q_EMIT rangesChanged();
}

void ReviewSession::noteRanges(const Explanation &explanation)
{
    if (!m_model || m_model->info.id != explanation.modelId)
        return;
    for (const ClassMap &map : explanation.maps) {
        if (!map.map.isEmpty())
            m_ranges.note(explanation.request.key, rangeKey(m_model->info, map), ownRange(map.map));
    }
}

// --- explanation
// -----------------------------------------------------------------------------------

void ReviewSession::setStrip(Strip strip)
{
    if (strip == m_strip)
        return;
    m_strip = strip;
    Q_EMIT stripChanged();
}

QList<int> ReviewSession::stripLayers() const
{
    QList<int> layers;
    for (const LayerInfo &layer : m_model ? m_model->layers : QList<LayerInfo>()) {
        if (m_strip == Strip::AllLayers || (m_strip == Strip::Blocks && layer.block))
            layers.append(layer.index);
    }
    return layers;
}

void ReviewSession::setLayerMaps(const QList<ClassMap> &maps)
{
    m_layerMaps = maps;
    Q_EMIT layerMapsChanged();
}

void ReviewSession::setExplanationPending(bool pending)
{
    if (pending == m_pending)
        return;
    m_pending = pending;
    Q_EMIT explanationPendingChanged(pending);
}

void ReviewSession::setExplanation(const Explanation &explanation)
{
    noteRanges(explanation);
    m_explanation = explanation;
    m_explanationProblem.clear();
    setExplanationPending(false);
    Q_EMIT explanationChanged();
}

void ReviewSession::failExplanation(const Error &error)
{
    m_explanation.reset();
    m_explanationProblem = error.sentence();
    setExplanationPending(false);
    Q_EMIT explanationChanged();
}

} // namespace birblens
