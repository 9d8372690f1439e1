#include "core/jobs/inferenceservice.h"

#include "core/explain/cammethods.h"
#include "core/exporting/exporter.h"
#include "core/jobs/classifyqueue.h"
#include "core/jobs/exportrunner.h"
#include "core/jobs/inferencethread.h"
#include "core/jobs/modelloader.h"
#include "core/jobs/trustjob.h"

#include <QCoreApplication>
#include <QEvent>
#include <QTimer>

#include <utility>

namespace birblens {

namespace {

constexpr int kStripDelay = 400; ///< ms; who labels two frames a second is not there to see them
constexpr int kHurryEnds = 300;  ///< ms without another frame: keys repeat faster than that

} // namespace

struct InferenceService::Private
{
    Private(InferenceService *owner, ReviewSession &reviewed)
        : q(owner)
        , session(reviewed)
        , exports(thread)
    {
        stripSoon.setSingleShot(true);
        stripSoon.setInterval(kStripDelay);
        hurryEnds.setSingleShot(true);
        hurryEnds.setInterval(kHurryEnds);
    }

    void askForExplanation();
    void runNext();
    void runExplanation();
    void askForStrip();
    void runStrip();
    std::function<void(double)> progressTeller();
    void runClassification();
    ExplainRequest requestFor(const Frame &frame) const;
    void runTrust();
    void runSurvey();
    void endTrust(const Result<TrustReport> &report);
    void reportProgress();
    QList<Frame> unclassified() const;
    QList<Frame> withoutFeatures() const;

    InferenceService *q;
    ReviewSession &session;
    InferenceThread thread;
    std::function<QImage(const QString &)> pictures;
    ExportRunner exports;
    QString exportName;
    QString exportFolder;

    // The newest request wins: it waits in `wanted` until the running task has come back.
    bool requestDue = false; ///< a request is made when the session's signals have all come
    QTimer stripSoon;        ///< small maps wait until the person stays at a frame
    std::optional<ExplainRequest> stripWanted;
    std::optional<ExplainRequest> stripShown; ///< what the session's small maps are of
    std::optional<ExplainRequest> wanted;
    CancelFlag running;
    quint64 ticket = 0;
    quint64 loadTicket = 0;
    int busy = 0; ///< tasks of ours on the inference thread: 0 or 1
    bool loading = false;
    bool hurrying = false;
    QTimer hurryEnds;

    ClassifyQueue queue;
    bool queuedFeatures = false;       ///< the queue has frames that lack nothing but features
    std::optional<bool> classifyAsked; ///< featuresToo, while the session loads predictions
    CancelFlag classifying;

    QList<Frame> survey; ///< frames whose range is to be found; the first one is next
    int surveyed = 0;

    std::shared_ptr<TrustJob> trust; ///< null: none
    CancelFlag piece; ///< of the piece of background work that runs: it gives way to a request
};

/** Turns the session's state into the one wanted request; whatever ran before is out of date. */
void InferenceService::Private::askForExplanation()
{
    running.cancel();
    piece.cancel();
    ++ticket;
    wanted.reset();
    stripWanted.reset();
    stripSoon.stop();
    const FrameEntry *entry = session.currentEntry();
    if (!entry || !session.model() || entry->frame.gone) {
        session.setExplanationPending(false);
        runNext();
        return;
    }
    // The small maps stay as long as only the layer is another one.
    wanted = requestFor(entry->frame);
    ExplainRequest asked = *wanted;
    asked.layer.clear();
    if (asked != stripShown) {
        stripShown.reset();
        session.setLayerMaps({});
    }
    session.setExplanationPending(true);
    runNext();
}

ExplainRequest InferenceService::Private::requestFor(const Frame &frame) const
{
    return {frame.key,
            frame.path(),
            session.targetClasses(),
            session.targetKind(),
            session.contrastClass(),
            session.effectiveLayer(),
            session.method()};
}

void InferenceService::Private::runNext()
{
    // Nothing goes before a request that is about to be made.
    if (busy > 0 || loading || hurrying || requestDue)
        return;
    if (wanted)
        runExplanation();
    else if (stripWanted)
        runStrip();
    else if (trust)
        runTrust();
    else if (!survey.isEmpty())
        runSurvey();
    else if (queue.isActive())
        runClassification();
}

void InferenceService::Private::runExplanation()
{
    const ExplainRequest request = *wanted;
    wanted.reset();
    running = CancelFlag();
    ++busy;
    thread
        .run([request, image = pictures ? pictures(request.path) : QImage(), flag = running,
              tell = progressTeller()](std::unique_ptr<Explainer> &explainer) {
            return explainOn(explainer, request, image, flag, tell);
        })
        .then(q, [this, mine = ticket](const Result<Explanation> &result) {
            --busy;
            // A newer request may have been made while this one's delivery was on its way.
            if (mine == ticket && !wanted) {
                if (result) {
                    session.setExplanation(*result);
                    if (session.model() && session.model()->info.id == result->modelId)
                        session.addPredictions(
                            result->modelId,
                            {{result->request.key, {result->prediction, result->features}}});
                    stripSoon.start();
                } else {
                    session.failExplanation(result.error());
                }
            }
            runNext();
        });
}

std::function<void(double)> InferenceService::Private::progressTeller()
{
    // Called on the inference thread; what arrives late belongs to nobody.
    return [this, mine = ticket](double share) {
        QMetaObject::invokeMethod(q, [this, mine, share] {
            if (mine == ticket && session.explanationPending())
                Q_EMIT q->explanationProgress(share);
        });
    };
}

/** The small maps of the layers, once the explanation is there and nothing else is wanted. */
void InferenceService::Private::askForStrip()
{
    const std::optional<Explanation> &shown = session.explanation();
    const QList<int> layers = session.stripLayers();
    if (!shown || shown->maps.isEmpty() || session.explanationPending() || layers.isEmpty()) {
        if (layers.isEmpty())
            session.setLayerMaps({});
        return;
    }
    ExplainRequest asked = shown->request;
    asked.layer.clear();
    if (asked == stripShown && session.layerMaps().size() == layers.size())
        return;
    const CamMethodInfo *method = findCamMethod(shown->request.method);
    if (!method || method->slow) {
        session.setLayerMaps({});
        return;
    }
    stripWanted = shown->request;
    stripWanted->classes = {shown->maps.constFirst().target.classIndex};
    runNext();
}

void InferenceService::Private::runStrip()
{
    const ExplainRequest request = *stripWanted;
    ExplainRequest shown = session.explanation()->request;
    shown.layer.clear();
    stripWanted.reset();
    ++busy;
    thread
        .run([request, layers = session.stripLayers(),
              flag = running](std::unique_ptr<Explainer> &explainer) -> Result<Explanation> {
            if (!explainer)
                return Error{QStringLiteral("No model is open"), request.path, {}};
            Report report;
            report.cancelled = [flag] { return flag.isCancelled(); };
            return explainer->explainLayers(request, QImage(), layers, report);
        })
        .then(q, [this, mine = ticket, shown](const Result<Explanation> &result) {
            --busy;
            if (mine == ticket && !wanted && result) {
                stripShown = shown;
                session.setLayerMaps(result->maps);
            }
            runNext();
        });
}

QList<Frame> InferenceService::Private::unclassified() const
{
    QList<Frame> frames;
    const Day &day = session.day();
    for (int row = 0; row < day.size(); ++row) {
        const FrameEntry &entry = day.at(row);
        if (!entry.prediction && !entry.frame.gone && entry.problem.isEmpty())
            frames.append(entry.frame);
    }
    return frames;
}

/** Of those that have a prediction. */
QList<Frame> InferenceService::Private::withoutFeatures() const
{
    QList<Frame> frames;
    const Day &day = session.day();
    for (int row = 0; row < day.size(); ++row) {
        const FrameEntry &entry = day.at(row);
        if (entry.prediction && !entry.hasFeatures && !entry.frame.gone && entry.problem.isEmpty())
            frames.append(entry.frame);
    }
    return frames;
}

void InferenceService::Private::runClassification()
{
    const QFuture<DecodedFrame> decoded = queue.nextBatch();
    ++busy;
    thread
        .run([decoded, flag = classifying](std::unique_ptr<Explainer> &explainer) {
            if (!explainer || flag.isCancelled())
                return ClassifiedBatch();
            return classifyDecoded(explainer->network(), decoded.results());
        })
        .then(q, [this, flag = classifying](const ClassifiedBatch &batch) {
            --busy;
            if (!flag.isCancelled()) {
                session.addPredictions(batch.modelId, batch.classified);
                for (auto it = batch.problems.begin(); it != batch.problems.end(); ++it)
                    session.day().setProblem(it.key(), it.value());
                queue.arrived(batch);
                reportProgress();
                if (!batch.failure.isEmpty()) {
                    session.say(Message::Level::Problem, batch.failure);
                    queue.stop();
                }
                if (!queue.isActive())
                    Q_EMIT q->classifyFinished(false);
            }
            runNext();
        });
}

void InferenceService::Private::runTrust()
{
    piece = CancelFlag();
    ++busy;
    thread
        .run([job = trust, flag = piece](std::unique_ptr<Explainer> &explainer) {
            return advanceTrust(explainer, *job, flag);
        })
        .then(q, [this, mine = trust](const TrustPiece &done) {
            --busy;
            if (mine == trust) {
                Q_EMIT q->trustProgress(done.share);
                if (done.end)
                    endTrust(*done.end);
            }
            runNext();
        });
}

void InferenceService::Private::runSurvey()
{
    piece = CancelFlag();
    ++busy;
    const ExplainRequest request = requestFor(survey.constFirst());
    thread
        .run([request, flag = piece](std::unique_ptr<Explainer> &explainer) {
            return explainOn(explainer, request, QImage(), flag);
        })
        .then(q, [this, request, flag = piece](const Result<Explanation> &result) {
            --busy;
            // Given way, the frame is taken up again; given up, the list is another one.
            const bool stillFirst = !survey.isEmpty() && requestFor(survey.constFirst()) == request;
            if (stillFirst && (result || !flag.isCancelled())) {
                survey.removeFirst();
                ++surveyed;
                if (result)
                    session.addRanges(*result);
                Q_EMIT q->surveyProgress(surveyed, surveyed + static_cast<int>(survey.size()));
                if (survey.isEmpty())
                    Q_EMIT q->surveyFinished(false);
            }
            runNext();
        });
}

void InferenceService::Private::endTrust(const Result<TrustReport> &report)
{
    piece.cancel();
    trust.reset();
    Q_EMIT q->trustFinished(report);
}

void InferenceService::Private::reportProgress()
{
    ClassifyProgress progress;
    progress.done = queue.done();
    progress.total = queue.total();
    progress.failed = queue.failed();
    progress.framesPerSecond = queue.framesPerSecond();
    if (progress.framesPerSecond > 0.0)
        progress.secondsLeft = (progress.total - progress.done) / progress.framesPerSecond;
    Q_EMIT q->classifyProgress(progress);
}

InferenceService::InferenceService(ReviewSession &session, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, session))
{
    const auto changed = [this] {
        d->running.cancel();
        // Before the window paints, unlike a timer: the network need not wait for that.
        if (!std::exchange(d->requestDue, true))
            QCoreApplication::postEvent(this, new QEvent(QEvent::User), Qt::HighEventPriority);
    };
    connect(&session, &ReviewSession::currentFrameChanged, this, changed);
    connect(&session, &ReviewSession::currentFrameChanged, this, [this] {
        if (d->hurrying)
            d->hurryEnds.start();
    });
    connect(&d->hurryEnds, &QTimer::timeout, this, [this] { setHurrying(false); });
    connect(&session, &ReviewSession::predictionsLoaded, this, [this] {
        if (const std::optional<bool> asked = std::exchange(d->classifyAsked, std::nullopt))
            classifyDay(*asked);
    });
    for (const auto otherMaps : {&ReviewSession::targetClassesChanged, &ReviewSession::layerChanged,
                                 &ReviewSession::methodChanged, &ReviewSession::modelChanged}) {
        connect(&session, otherMaps, this, changed);
        connect(&session, otherMaps, this, &InferenceService::cancelSurvey);
    }
    connect(&d->stripSoon, &QTimer::timeout, this, [this] { d->askForStrip(); });
    connect(&session, &ReviewSession::stripChanged, this, [this] { d->askForStrip(); });
    connect(&session, &ReviewSession::dayOpened, this, [this] {
        cancelClassify();
        cancelSurvey();
    });
    // Frames that the camera adds while the day is being classified join the queue.
    connect(&session.day(), &Day::inserted, this, [this](int first, int last) {
        if (!d->queue.isActive())
            return;
        QList<Frame> added;
        for (int row = first; row <= last; ++row)
            added.append(d->session.day().at(row).frame);
        d->queue.add(added);
    });
    connect(&d->exports, &ExportRunner::progress, this, &InferenceService::exportProgress);
    connect(&d->exports, &ExportRunner::finished, this, [this](const Result<ExportReport> &report) {
        if (!report) {
            Q_EMIT exportFinished(d->exportName, 0, 0, 1, false, d->exportFolder,
                                  report.error().sentence());
            return;
        }
        const QString problem = !report->failures.isEmpty()
                                    ? report->failures.first().error.sentence()
                                    : report->notes.join(QLatin1Char(' '));
        Q_EMIT exportFinished(d->exportName, static_cast<int>(report->written.size()),
                              report->skipped, static_cast<int>(report->failures.size()),
                              report->cancelled, d->exportFolder, problem);
    });
}

InferenceService::~InferenceService()
{
    d->running.cancel();
    d->piece.cancel();
    d->classifying.cancel();
    d->queue.stop();
}

void InferenceService::openModel(const QString &path)
{
    openModelWith(path, std::nullopt);
}

void InferenceService::openModel(const QString &path, const ModelInfo &answer)
{
    openModelWith(path, answer);
}

void InferenceService::openModelWith(const QString &path, const std::optional<ModelInfo> &answer)
{
    cancelClassify();
    cancelTrust();
    d->running.cancel();
    d->loading = true;
    const quint64 mine = ++d->loadTicket;
    Q_EMIT modelLoading(path);
    d->thread
        .run([path, answer](std::unique_ptr<Explainer> &explainer) {
            return loadModel(explainer, path, answer);
        })
        .then(this, [this, mine](const Loaded &loaded) {
            if (mine != d->loadTicket)
                return; // another model was asked for meanwhile
            d->loading = false;
            if (loaded.model) {
                d->session.setModel(*loaded.model);
                Q_EMIT modelOpened();
            } else if (loaded.question) {
                Q_EMIT metadataNeeded(*loaded.question);
            } else if (loaded.error) {
                Q_EMIT modelFailed(*loaded.error);
            }
            d->runNext();
        });
}

void InferenceService::cancelExplanation()
{
    if (!d->session.explanationPending())
        return;
    d->running.cancel();
    ++d->ticket;
    d->wanted.reset();
    d->session.failExplanation(
        {tr("The explanation was stopped"), {}, tr("Choose another method")});
}

bool InferenceService::event(QEvent *event)
{
    if (event->type() != QEvent::User)
        return QObject::event(event);
    if (std::exchange(d->requestDue, false))
        d->askForExplanation();
    return true;
}

void InferenceService::setPictures(const std::function<QImage(const QString &)> &decoded)
{
    d->pictures = decoded;
}

InferenceThread &InferenceService::inferenceThread()
{
    return d->thread;
}

bool InferenceService::isLoading() const
{
    return d->loading;
}

void InferenceService::setHurrying(bool hurrying)
{
    if (hurrying == d->hurrying)
        return;
    d->hurrying = hurrying;
    if (hurrying) {
        d->hurryEnds.start();
        return;
    }
    d->hurryEnds.stop();
    if (std::exchange(d->requestDue, false)) { // the last frame has only just come
        d->askForExplanation();
    } else {
        d->runNext();
    }
}

void InferenceService::classifyDay(bool featuresToo)
{
    if (!d->session.model())
        return;
    if (d->session.isLoadingPredictions()) {
        d->classifyAsked = featuresToo || d->classifyAsked.value_or(false);
        return;
    }
    const bool running = d->queue.isActive();
    if (running && (!featuresToo || d->queuedFeatures))
        return;
    QList<Frame> frames = running ? QList<Frame>() : d->unclassified();
    if (featuresToo)
        frames.append(d->withoutFeatures());
    d->queuedFeatures = featuresToo;
    if (running) {
        d->queue.add(frames);
        return;
    }
    d->classifying = CancelFlag();
    d->queue.start(frames);
    if (!d->queue.isActive())
        return;
    d->reportProgress();
    d->runNext();
}

void InferenceService::cancelClassify()
{
    const bool asked = std::exchange(d->classifyAsked, std::nullopt).has_value();
    if (!d->queue.isActive() && !asked)
        return;
    d->classifying.cancel();
    d->queue.stop();
    Q_EMIT classifyFinished(true);
}

bool InferenceService::isClassifying() const
{
    return d->queue.isActive() || d->classifyAsked;
}

void InferenceService::startExport(const QString &exporterName, const QStringList &keys,
                                   ExportJob job)
{
    const Exporter *exporter = findExporter(exporterName);
    if (!exporter)
        return;
    const ReviewSession &session = d->session;
    if (exporter->needsModel && !session.model()) {
        d->session.say(Message::Level::Problem,
                       tr("%1 need a model. Open one first.").arg(exporter->title));
        return;
    }
    for (const QString &key : keys) {
        if (const int row = session.day().rowOf(key); row >= 0)
            job.frames.append(session.day().at(row));
    }
    job.source = session.day().source();
    for (int row = 0; row < session.day().size(); ++row)
        job.day.append(session.day().at(row).frame);
    job.vocabulary = session.vocabulary();
    if (session.model())
        job.model = session.model()->info;
    job.style = session.heatStyle();
    job.layer = session.effectiveLayer();
    job.method = session.method();
    job.classes = session.targetClasses();
    job.target = session.targetKind();
    job.contrast = session.contrastClass();
    job.gapSeconds = session.eventGap();
    job.range = session.rangeSnapshot();
    d->exportName = exporterName;
    d->exportFolder = job.folder;
    if (!d->exports.start(*exporter, std::move(job)))
        d->session.say(Message::Level::Warning,
                       tr("An export is running. Wait or cancel it first."));
}

void InferenceService::cancelExport()
{
    d->exports.cancel();
}

void InferenceService::startTrust(const QString &path, const ClassMap &map)
{
    if (!d->session.model())
        return;
    d->piece.cancel();
    d->trust =
        std::make_shared<TrustJob>(TrustJob{path, map, d->session.model()->info.id, nullptr});
    d->runNext();
}

void InferenceService::cancelTrust()
{
    if (d->trust)
        d->endTrust(Error{tr("The check was cancelled"), {}, {}});
}

bool InferenceService::isCheckingTrust() const
{
    return d->trust != nullptr;
}

void InferenceService::startSurvey(const QStringList &keys)
{
    if (!d->session.model())
        return;
    d->survey.clear();
    d->surveyed = 0;
    for (const QString &key : keys) {
        const int row = d->session.day().rowOf(key);
        if (row >= 0 && !d->session.day().at(row).frame.gone)
            d->survey.append(d->session.day().at(row).frame);
    }
    if (d->survey.isEmpty())
        return;
    Q_EMIT surveyProgress(0, static_cast<int>(d->survey.size()));
    d->runNext();
}

void InferenceService::cancelSurvey()
{
    if (d->survey.isEmpty())
        return;
    d->survey.clear();
    d->piece.cancel();
    Q_EMIT surveyFinished(true);
}

bool InferenceService::isSurveying() const
{
    return !d->survey.isEmpty();
}

bool InferenceService::isExporting() const
{
    return d->exports.isRunning();
}

} // namespace birblens
