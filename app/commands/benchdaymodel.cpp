// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/benchdaymodel.h"

#include "app/commands/cli.h"

#include "core/explain/explainer.h"
#include "core/jobs/inferenceservice.h"
#include "core/jobs/inferencethread.h"
#include "core/jobs/memory.h"
#include "core/model/forwardtimer.h"
#include "core/review/reviewsession.h"
#include "ui/mainwindow.h"
#include "ui/menus.h"
#include "ui/panels/framebrowserpanel.h"
#include "ui/panels/photopanel.h"
#include "ui/panels/topbar.h"
#include "ui/views/framegridview.h"
#include "ui/views/overlayview.h"

#include <QAction>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QKeyEvent>
#include <QRandomGenerator>
#include <QTimer>

#include <algorithm>
#include <functional>
#include <optional>
#include <thread>

namespace birblens {

namespace {

Result<BenchedModel> measured(const QString &path)
{
    const double before = residentMegabytes();
    const Result<std::shared_ptr<Network>> network = Network::load(path);
    if (!network)
        return network.error();
    setInferenceThreads(0);
    BenchedModel model;
    model.info = (*network)->info();
    QImage frame(480, 640, QImage::Format_RGB888);
    frame.fill(QColor(90, 110, 70));
    const Result<QList<Classified>> said = (*network)->classify({frame});
    if (!said)
        return said.error();
    model.features = said->constFirst().features.size();
    ForwardTimer forward(**network, frame);
    std::vector<double> times;
    for (int i = 0; i < 23; ++i)
        times.push_back(forward.plain());
    times.erase(times.begin(), times.begin() + 3);
    std::sort(times.begin(), times.end());
    model.forwardMs = times[times.size() / 2];
    ExplainRequest request;
    request.classes = {0};
    QList<int> blocks;
    for (const LayerInfo &layer : (*network)->layers()) {
        if (layer.block)
            blocks.append(layer.index);
    }
    Explainer explainer(*network);
    if (const Result<Explanation> all = explainer.explainLayers(request, frame, blocks); !all)
        return all.error();
    model.residentMb = residentMegabytes() - before;
    return model;
}

} // namespace

Result<BenchedModel> benchedModel(const QString &path)
{
    // As in the window: on a thread of its own. OpenMP's team for it ends with it; two teams would
    // be more threads than cores, and wait for each other asleep.
    std::optional<Result<BenchedModel>> model;
    std::thread([&] { model = measured(path); }).join();
    return *model;
}

Result<void> makeUpPredictions(const QString &folder, const BenchedModel &model)
{
    const Result<DaySource> source = locateDay(folder);
    if (!source)
        return source.error();
    const Result<QList<Frame>> frames = scanDay(*source);
    if (!frames)
        return frames.error();
    const Result<std::unique_ptr<Store>> store = Store::open(source->folder);
    if (!store)
        return store.error();
    constexpr int atOnce = 5000;
    QRandomGenerator random(1);
    QHash<QString, Classified> some;
    for (qsizetype i = 0; i < frames->size(); ++i) {
        QList<float> logits;
        for (qsizetype c = 0; c < model.info.vocabulary.size(); ++c)
            logits.append(static_cast<float>(-7.0 + 3.0 * random.generateDouble()));
        const double kind = random.generateDouble();
        if (kind < 0.03)
            logits[random.bounded(int(logits.size()))] =
                static_cast<float>((kind < 0.01 ? 2.0 : -0.5) + random.generateDouble());
        QByteArray features(model.features, Qt::Uninitialized);
        for (char &number : features)
            number = static_cast<char>(random.bounded(128));
        some.insert(frames->at(i).key, {predict(model.info, logits), features});
        if (some.size() < atOnce && i + 1 < frames->size())
            continue;
        if (const Result<void> saved = (*store)->savePredictions(model.info, some); !saved)
            return saved;
        some.clear();
    }
    return {};
}

std::optional<Error> modelFigures(Bench &bench, const QString &model, QJsonObject &json)
{
    std::optional<Error> failure;
    QElapsedTimer since;
    double loaded = -1.0;
    QObject::connect(&bench.service, &InferenceService::modelFailed, &bench.window,
                     [&failure](const Error &error) { failure = error; });
    const auto opened = QObject::connect(&bench.session.explain(), &ExplainState::modelChanged,
                                         &bench.window, [&since] { since.start(); });
    const auto known =
        QObject::connect(&bench.session, &ReviewSession::predictionsLoaded, &bench.window,
                         [&] { loaded = static_cast<double>(since.nsecsElapsed()) / 1e6; });
    settle();
    bench.watch.start();
    bench.window.openModel(model);
    const bool inTime = wait([&] { return failure || loaded >= 0.0; });
    QElapsedTimer after;
    after.start();
    wait([&after] { return after.elapsed() > 1500; }); // what follows by timers as well
    json.insert(QStringLiteral("model_open_block_ms"), bench.watch.longest());
    json.insert(QStringLiteral("predictions_loaded_ms"), loaded);
    QObject::disconnect(opened);
    QObject::disconnect(known);
    if (failure || !inTime)
        return failure.value_or(Error{QStringLiteral("The model did not open"), model, {}});
    int predicted = 0;
    for (int row = 0; row < bench.session.day().size(); ++row)
        predicted += bench.session.day().at(row).prediction ? 1 : 0;
    json.insert(QStringLiteral("predicted_frames"), predicted);
    return std::nullopt;
}

void similarFigures(Bench &bench, QJsonObject &json)
{
    double worst = 0.0;
    const double before = residentMegabytes();
    settle();
    bench.watch.start();
    for (int i = 0; i < 6; ++i) {
        const int row = bench.session.day().size() / 7 * i;
        bench.session.setCurrentKey(bench.session.day().at(row).frame.key);
        // The explanation of that frame is not what is measured.
        wait([&bench] { return !bench.session.explain().explanationPending(); });
        QElapsedTimer timer;
        timer.start();
        bench.window.actionList().findSimilar->trigger();
        const bool came = wait([&bench] {
            return bench.window.browser()->frames().sorting().reference ==
                   bench.session.currentKey();
        });
        settle();
        const double ms = came ? static_cast<double>(timer.nsecsElapsed()) / 1e6 : -1.0;
        if (i == 0)
            json.insert(QStringLiteral("similar_first_ms"), ms);
        else
            worst = std::max(worst, ms);
    }
    json.insert(QStringLiteral("similar_ms"), worst);
    json.insert(QStringLiteral("similar_block_ms"), bench.watch.longest());
    json.insert(QStringLiteral("similar_memory_mb"), residentMegabytes() - before);
    bench.window.topBar()->setSorting({});
    settle();
}

void releaseFigures(Bench &bench, QJsonObject &json)
{
    bench.watch.stop();
    // On the window's own network and thread, in the same minute as each explanation.
    const auto forwardMs = [&bench] {
        return bench.service.inferenceThread()
            .run("bench", CancelFlag(),
                 [](std::unique_ptr<Explainer> &explainer) {
                     QImage frame(480, 640, QImage::Format_RGB888);
                     frame.fill(QColor(90, 110, 70));
                     ForwardTimer forward(explainer->network(), frame);
                     forward.plain();
                     return (forward.plain() + forward.plain()) / 2.0;
                 })
            .result()
            .value();
    };
    QWidget *view = bench.window.photo()->view();
    const auto key = [view](QEvent::Type type, bool repeated) {
        QKeyEvent event(type, Qt::Key_Right, Qt::NoModifier, QString(), repeated);
        QCoreApplication::sendEvent(view, &event);
    };
    const auto explained = [&bench] {
        const std::optional<Explanation> &shown = bench.session.explain().explanation();
        return shown && shown->request.key == bench.session.currentKey() &&
               !bench.session.explain().explanationPending();
    };
    // Milliseconds until the explanation is painted: from the key's release, of one step from its
    // press.
    const auto afterSteps = [&](int steps, int heldMs) {
        constexpr int stepMs = 40;
        wait(explained);
        QElapsedTimer sincePress;
        sincePress.start();
        for (int i = 0; i < steps; ++i) {
            QElapsedTimer timer;
            timer.start();
            key(QEvent::ShortcutOverride, i > 0);
            key(QEvent::KeyPress, i > 0);
            const int until = i + 1 < steps ? stepMs : heldMs;
            if (until > 0)
                wait([&timer, until] { return timer.elapsed() >= until; });
        }
        QElapsedTimer sinceRelease;
        QEventLoop loop;
        const auto shown = QObject::connect(&bench.session.explain(),
                                            &ExplainState::explanationChanged, &loop, [&] {
                                                if (explained())
                                                    loop.quit();
                                            });
        QTimer::singleShot(patienceMs, &loop, &QEventLoop::quit);
        sinceRelease.start();
        key(QEvent::KeyRelease, false);
        if (!explained())
            loop.exec();
        settle();
        QObject::disconnect(shown);
        return static_cast<double>((steps > 1 ? sinceRelease : sincePress).nsecsElapsed()) / 1e6;
    };
    const auto figures = [&](const QString &name, const std::function<double(int)> &round) {
        std::vector<double> times;
        std::vector<double> ratios;
        constexpr int rounds = 12;
        for (int i = 0; i < rounds; ++i) {
            times.push_back(round(i));
            ratios.push_back(times.back() / forwardMs());
        }
        std::sort(times.begin(), times.end());
        std::sort(ratios.begin(), ratios.end());
        json.insert(name + QStringLiteral("_ms"), times[times.size() / 2]);
        json.insert(name + QStringLiteral("_worst_ms"), times.back());
        json.insert(name + QStringLiteral("_ratio"), ratios[ratios.size() / 2]);
    };
    bench.window.browser()->navigate(Qt::Key_Home);
    // Let go at no particular moment between two repetitions.
    figures(QStringLiteral("explain_on_release"), [&](int i) { return afterSteps(75, 3 * i); });
    figures(QStringLiteral("explain_on_step"), [&](int) {
        QElapsedTimer looked; // at the frame, until the small maps of its layers are there
        looked.start();
        wait([&looked] { return looked.elapsed() >= 1000; });
        return afterSteps(1, 0);
    });
}

} // namespace birblens
