// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/inferenceservice.h"

#include "core/counted.h"
#include "core/exporting/exporter.h"
#include "core/jobs/explanationwork.h"
#include "core/jobs/exportrunner.h"
#include "core/jobs/inferencethread.h"
#include "core/jobs/modelloader.h"
#include "core/jobs/stripwork.h"
#include "core/jobs/surveywork.h"
#include "core/jobs/trustwork.h"

#include <QCoreApplication>
#include <QEvent>
#include <QTimer>

#include <array>
#include <utility>

namespace birblens {

namespace {

constexpr int kHurryEnds = 300; ///< ms without another frame: keys repeat faster than that

} // namespace

struct InferenceService::Private
{
    explicit Private(ReviewSession &reviewed)
        : session(reviewed)
        , explanation(reviewed)
        , strip(reviewed)
        , survey(reviewed)
        , classify(reviewed)
        , exports(thread)
    {
        hurryEnds.setSingleShot(true);
        hurryEnds.setInterval(kHurryEnds);
    }

    void askForExplanation();
    void runNext();

    ReviewSession &session;

    ExplanationWork explanation;
    StripWork strip;
    TrustWork trust;
    SurveyWork survey;
    ClassifyWork classify;
    const std::array<InferenceWork *, 5> works{&explanation, &strip, &trust, &survey,
                                               &classify}; ///< the most urgent first
    bool busy = false;                                     ///< a task of theirs is on the thread

    // Destroyed before the works, which its answers are delivered to.
    InferenceThread thread;
    ExportRunner exports;
    QString exportName;
    QString exportFolder;

    bool requestDue = false; ///< a request is made when the session's signals have all come
    quint64 loadTicket = 0;
    CancelFlag loadFlag;
    bool loading = false;
    bool hurrying = false;
    QTimer hurryEnds;
};

void InferenceService::Private::askForExplanation()
{
    trust.giveWay();
    survey.giveWay();
    explanation.request();
    strip.explanationAsked(explanation.wanted());
    runNext();
}

void InferenceService::Private::runNext()
{
    // Nothing goes before a request that is about to be made.
    if (busy || loading || hurrying || requestDue)
        return;
    for (InferenceWork *work : works) {
        if (!work->isWaiting())
            continue;
        busy = true;
        work->run(thread, [this] {
            busy = false;
            runNext();
        });
        return;
    }
}

InferenceService::InferenceService(ReviewSession &session, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(session))
{
    const auto changed = [this] {
        d->explanation.outdate();
        d->strip.outdate();
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
    for (const auto otherMaps : {&ExplainState::targetClassesChanged, &ExplainState::layerChanged,
                                 &ExplainState::methodChanged, &ExplainState::modelChanged}) {
        connect(&session.explain(), otherMaps, this, changed);
        connect(&session.explain(), otherMaps, this, &InferenceService::cancelSurvey);
    }
    connect(&session, &ReviewSession::dayOpened, this, &InferenceService::cancelSurvey);
    connect(&session.explain(), &ExplainState::stripChanged, &d->strip, &StripWork::ask);

    const auto runNext = [this] { d->runNext(); };
    connect(&d->explanation, &ExplanationWork::progress, this,
            &InferenceService::explanationProgress);
    connect(&d->explanation, &ExplanationWork::arrived, &d->strip, &StripWork::askSoon);
    connect(&d->strip, &StripWork::waiting, this, runNext);
    connect(&d->trust, &TrustWork::progress, this, &InferenceService::trustProgress);
    connect(&d->trust, &TrustWork::finished, this, &InferenceService::trustFinished);
    connect(&d->survey, &SurveyWork::progress, this, &InferenceService::surveyProgress);
    connect(&d->survey, &SurveyWork::finished, this, &InferenceService::surveyFinished);
    connect(&d->classify, &ClassifyWork::waiting, this, runNext);
    connect(&d->classify, &ClassifyWork::progress, this, &InferenceService::classifyProgress);
    connect(&d->classify, &ClassifyWork::finished, this, &InferenceService::classifyFinished);
    connect(&d->exports, &ExportRunner::progress, this, &InferenceService::exportProgress);
    connect(&d->exports, &ExportRunner::finished, this, [this](const Result<ExportReport> &report) {
        if (!report) {
            Q_EMIT exportFinished(d->exportName, 0, 0, 1, false, d->exportFolder,
                                  report.error().sentence());
            return;
        }
        QStringList notes = report->notes;
        if (report->unchanged > 0)
            notes.prepend(counted(report->unchanged, tr("%1 frame was there already, unchanged."),
                                  tr("%1 frames were there already, unchanged.")));
        const QString problem = !report->failures.isEmpty()
                                    ? report->failures.first().error.sentence()
                                    : notes.join(QLatin1Char(' '));
        Q_EMIT exportFinished(d->exportName, static_cast<int>(report->written.size()),
                              report->skipped, static_cast<int>(report->failures.size()),
                              report->cancelled, d->exportFolder, problem);
    });
}

InferenceService::~InferenceService()
{
    stop(-1);
}

bool InferenceService::stop(int ms)
{
    d->loadFlag.cancel();
    for (InferenceWork *work : d->works)
        work->stop();
    d->exports.cancel();
    return d->thread.finish(ms);
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
    d->explanation.outdate();
    d->strip.outdate();
    d->loadFlag.cancel(); // another model is wanted
    d->loadFlag = CancelFlag();
    d->loading = true;
    const quint64 mine = ++d->loadTicket;
    Q_EMIT modelLoading(path);
    d->thread.run(
        "opening a model", d->loadFlag,
        [path, answer](std::unique_ptr<Explainer> &explainer) {
            return loadModel(explainer, path, answer);
        },
        this,
        [this, mine, path](const Result<Loaded> &loaded) {
            if (mine != d->loadTicket)
                return; // another model was asked for meanwhile
            d->loading = false;
            if (!loaded) {
                Q_EMIT modelFailed({loaded.error().what, path, loaded.error().hint});
            } else if (loaded->model) {
                d->session.explain().setModel(*loaded->model);
                Q_EMIT modelOpened();
            } else if (loaded->question) {
                Q_EMIT metadataNeeded(*loaded->question);
            } else if (loaded->error) {
                Q_EMIT modelFailed(*loaded->error);
            }
        },
        [this] { d->runNext(); });
}

void InferenceService::setPictures(const std::function<QImage(const QString &)> &decoded)
{
    d->explanation.setPictures(decoded);
}

InferenceThread &InferenceService::inferenceThread()
{
    return d->thread;
}

bool InferenceService::isLoading() const
{
    return d->loading;
}

bool InferenceService::event(QEvent *event)
{
    if (event->type() != QEvent::User)
        return QObject::event(event);
    if (std::exchange(d->requestDue, false))
        d->askForExplanation();
    return true;
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
    if (std::exchange(d->requestDue, false)) // the last frame has only just come
        d->askForExplanation();
    else
        d->runNext();
}

void InferenceService::cancelExplanation()
{
    d->explanation.cancel();
}

void InferenceService::classifyDay(bool featuresToo)
{
    d->classify.start(featuresToo);
}

void InferenceService::cancelClassify()
{
    d->classify.cancel();
}

bool InferenceService::isClassifying() const
{
    return d->classify.isActive();
}

void InferenceService::startExport(const QString &exporterName, const QStringList &keys,
                                   ExportJob job)
{
    const Exporter *exporter = findExporter(exporterName);
    if (!exporter)
        return;
    const ReviewSession &session = d->session;
    if (exporter->needsModel && !session.explain().model()) {
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
    if (session.explain().model())
        job.model = session.explain().model()->info;
    job.style = session.explain().heatStyle();
    job.layer = session.explain().effectiveLayer();
    job.method = session.explain().method();
    job.classes = session.explain().targetClasses();
    job.target = session.explain().targetKind();
    job.contrast = session.explain().contrastClass();
    job.gapSeconds = session.eventGap();
    job.range = session.explain().rangeSnapshot();
    d->exportName = exporterName;
    d->exportFolder =
        exporter->options.testFlag(ExportOption::BesideFrames) ? job.source.folder : job.folder;
    if (!d->exports.start(*exporter, std::move(job)))
        d->session.say(Message::Level::Warning,
                       tr("An export is running. Wait or cancel it first."));
}

void InferenceService::cancelExport()
{
    d->exports.cancel();
}

bool InferenceService::isExporting() const
{
    return d->exports.isRunning();
}

void InferenceService::startTrust(const QString &path, const ClassMap &map)
{
    if (!d->session.explain().model())
        return;
    d->survey.giveWay();
    d->trust.start(path, map, d->session.explain().model()->info.id);
    d->runNext();
}

void InferenceService::cancelTrust()
{
    d->trust.cancel();
}

bool InferenceService::isCheckingTrust() const
{
    return d->trust.isActive();
}

void InferenceService::startSurvey(const QStringList &keys)
{
    if (!d->session.explain().model())
        return;
    d->survey.start(keys);
    d->runNext();
}

void InferenceService::cancelSurvey()
{
    d->survey.cancel();
}

bool InferenceService::isSurveying() const
{
    return d->survey.isActive();
}

} // namespace birblens
