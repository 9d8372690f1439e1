// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/benchdaymodel.h"
#include "app/commands/benchwindow.h"
#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include "core/jobs/memory.h"
#include "core/review/reviewsession.h"
#include "ui/mainwindow.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/framebrowserpanel.h"
#include "ui/panels/photopanel.h"
#include "ui/panels/topbar.h"
#include "ui/plots/plotpanel.h"
#include "ui/plots/plotspanel.h"
#include "ui/views/framegridview.h"

#include <QDir>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QFile>
#include <QScrollBar>
#include <QTemporaryDir>

#include <algorithm>
#include <functional>
#include <optional>

namespace birblens {

namespace {

/** @p day as it is, in a place where it can be written: its own files are never touched. */
Result<void> mirror(const DaySource &day, const QString &folder)
{
    const QDir to(folder);
    if (day.cameraDatabase.isEmpty()) {
        if (!QFile::link(day.folder, to.filePath(QStringLiteral("imgs"))))
            return Error{QStringLiteral("No link to the day can be made"), folder, {}};
        return {};
    }
    if (!QFile::copy(day.cameraDatabase, to.filePath(QStringLiteral("model_results.db"))) ||
        !QFile::link(day.imageFolder, to.filePath(QStringLiteral("imgs"))))
        return Error{QStringLiteral("The day cannot be copied"), folder,
                     QStringLiteral("Make room in the folder for temporary files")};
    QFile::setPermissions(to.filePath(QStringLiteral("model_results.db")),
                          QFile::ReadOwner | QFile::WriteOwner);
    return {};
}

std::optional<Error> openingFigures(const QString &folder, const QString &name, QJsonObject &json)
{
    Bench bench;
    QElapsedTimer timer;
    timer.start();
    bool failed = false;
    bool opened = false;
    QObject::connect(&bench.session, &ReviewSession::dayOpened, [&opened] { opened = true; });
    QObject::connect(&bench.session, &ReviewSession::dayFailed, [&failed] { failed = true; });
    bench.window.openDay(folder);
    if (!wait([&] { return opened || failed; }) || failed)
        return Error{QStringLiteral("The day could not be opened"), folder, {}};
    settle();
    json.insert(QStringLiteral("open_%1_ms").arg(name),
                static_cast<double>(timer.nsecsElapsed()) / 1e6);
    if (!wait([&] { return bench.pageIsThere(); }))
        return Error{QStringLiteral("The first page's thumbnails did not come"), folder, {}};
    json.insert(QStringLiteral("first_page_%1_ms").arg(name),
                static_cast<double>(timer.nsecsElapsed()) / 1e6);
    json.insert(QStringLiteral("open_%1_block_ms").arg(name), bench.watch.longest());
    return std::nullopt;
}

double worstOf(const std::vector<std::function<void()>> &changes)
{
    double worst = 0.0;
    for (const auto &change : changes) {
        QElapsedTimer timer;
        timer.start();
        change();
        settle();
        worst = std::max(worst, static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    return worst;
}

void listFigures(Bench &bench, QJsonObject &json)
{
    FilterBar &bar = *bench.window.topBar()->filter();
    std::vector<std::function<void()>> filters;
    const auto filter = [&](const std::function<void(FrameFilter &)> &set) {
        FrameFilter wanted;
        set(wanted);
        filters.emplace_back([&bar, wanted] { bar.setFilter(wanted); });
    };
    const QStringList vocabulary = bench.session.vocabulary();
    filter([](FrameFilter &f) { f.choose(predictedCriterion, {noneName}); });
    filter([&](FrameFilter &f) { f.choose(predictedCriterion, vocabulary); });
    filter([](FrameFilter &f) { f.choose(stateCriterion, {QStringLiteral("unreviewed")}); });
    filter([](FrameFilter &f) {
        f.choose(hourCriterion, {QStringLiteral("9"), QStringLiteral("10"), QStringLiteral("11")});
    });
    filter([](FrameFilter &f) { f.least = 0.99; });
    filter([](FrameFilter &f) { f.choose(remarkCriterion, {QStringLiteral("camera-disagrees")}); });
    filter([](FrameFilter &) {});
    json.insert(QStringLiteral("filter_ms"), worstOf(filters));

    TopBar &top = *bench.window.topBar();
    std::vector<std::function<void()>> sorts;
    for (const FrameSort &sort :
         {FrameSort{FrameOrder::Time, {}, true}, FrameSort{FrameOrder::Probability, {}, false},
          FrameSort{FrameOrder::Uncertainty, {}, false}, FrameSort{FrameOrder::Loss, {}, false},
          FrameSort{FrameOrder::Look, {}, false}, FrameSort{}})
        sorts.emplace_back([&top, sort] { top.setSorting(sort); });
    json.insert(QStringLiteral("sort_ms"), worstOf(sorts));
    QElapsedTimer timer;
    timer.start();
    countChoices(bench.session.day(), {}, vocabulary);
    json.insert(QStringLiteral("counts_ms"), static_cast<double>(timer.nsecsElapsed()) / 1e6);
}

/** From end to end in steps, as a hand on the scroll bar does. */
void scrollFigures(Bench &bench, QJsonObject &json)
{
    constexpr int steps = 300;
    settle();
    bench.watch.start();
    QScrollBar *bar = bench.view().verticalScrollBar();
    for (int step = 0; step <= steps; ++step) {
        bar->setValue(static_cast<int>(static_cast<qint64>(bar->maximum()) * step / steps));
        QElapsedTimer timer;
        timer.start();
        wait([&timer] { return timer.elapsed() >= 10; });
    }
    wait([&bench] { return bench.pageIsThere(); });
    json.insert(QStringLiteral("scroll_block_ms"), bench.watch.longest());
}

/** The right arrow held down at 25 frames a second. @return how many a second are painted. */
void travelFigures(Bench &bench, QJsonObject &json)
{
    constexpr int steps = 100;
    constexpr int stepMs = 40;
    bench.window.browser()->navigate(Qt::Key_Home);
    wait([&bench] { return bench.window.photo()->shownKey() == bench.session.currentKey(); });
    int painted = 0;
    QElapsedTimer all;
    all.start();
    for (int i = 0; i < steps; ++i) {
        QElapsedTimer timer;
        timer.start();
        bench.window.browser()->navigate(Qt::Key_Right);
        wait([&timer] { return timer.elapsed() >= stepMs; });
        painted += bench.window.photo()->shownKey() == bench.session.currentKey() ? 1 : 0;
    }
    json.insert(QStringLiteral("travel_frames_per_s"),
                1e9 * painted / static_cast<double>(all.nsecsElapsed()));
}

/** Predictions as a model would give them, and labels for a tenth: without a network. */
void inventPredictions(ReviewSession &session)
{
    OpenModel model;
    model.info.id = QStringLiteral("bench");
    model.info.vocabulary = session.vocabulary();
    if (model.info.vocabulary.size() < 2) // a plain folder's
        model.info.vocabulary = {QStringLiteral("bird"), QStringLiteral("squirrel")};
    model.info.thresholds = QList<double>(model.info.vocabulary.size(), 0.5);
    session.explain().setModel(model);
    quint32 state = 1; // the same values in every run
    const auto chance = [&state] {
        state = state * 1664525U + 1013904223U;
        return static_cast<float>(state >> 8U) / static_cast<float>(1U << 24U);
    };
    QHash<QString, Classified> predictions;
    QStringList labelled;
    for (int row = 0; row < session.day().size(); ++row) {
        QList<float> logits;
        for (qsizetype i = 0; i < model.info.vocabulary.size(); ++i)
            logits.append(8.0F * chance() - (chance() < 0.1F ? 2.0F : 8.0F));
        const QString &key = session.day().at(row).frame.key;
        predictions.insert(key, predict(model.info, logits));
        if (chance() < 0.1F)
            labelled.append(key);
    }
    session.addPredictions(model.info.id, predictions);
    session.acceptPrediction(labelled);
}

/** Every plot on the whole day: how long until it is there, and whether the window waits. */
void plotFigures(Bench &bench, QJsonObject &json)
{
    if (!bench.session.explain().model()) // else they are there already
        inventPredictions(bench.session);
    auto *dock = bench.window.findChild<QDockWidget *>(QStringLiteral("plots"));
    auto *tabs = bench.window.findChild<PlotsPanel *>();
    dock->show();
    settle();
    double worst = 0.0;
    double block = 0.0;
    for (int tab = 0; tab < tabs->count(); ++tab) {
        auto *plot = qobject_cast<PlotPanel *>(tabs->widget(tab));
        bench.watch.start();
        QElapsedTimer timer;
        timer.start();
        tabs->setCurrentIndex(tab);
        plot->refresh(); // the first one is shown already
        wait([plot] { return !plot->isBusy(); });
        settle(); // painted
        const double ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        const double blocked = bench.watch.longest();
        if (ms > worst) {
            worst = ms;
            json.insert(QStringLiteral("plots_slowest"), plot->title());
        }
        if (blocked > block) {
            block = blocked;
            json.insert(QStringLiteral("plots_block_in"), plot->title());
        }
    }
    json.insert(QStringLiteral("plots_ms"), worst);
    json.insert(QStringLiteral("plots_block_ms"), block);

    // As while it is zoomed.
    tabs->setCurrentIndex(0);
    auto *timeline = qobject_cast<PlotPanel *>(tabs->widget(0));
    wait([timeline] { return !timeline->isBusy(); });
    settle();
    const auto paint = [timeline] { timeline->paintNow(); };
    json.insert(QStringLiteral("timeline_paint_ms"), worstOf({paint, paint, paint}));
    dock->hide();
}

void labelFigures(Bench &bench, QJsonObject &json)
{
    QStringList keys = bench.session.shownKeys();
    keys = keys.mid(0, 10000);
    settle();
    bench.watch.start();
    QElapsedTimer timer;
    timer.start();
    bench.session.setNone(keys);
    settle();
    json.insert(QStringLiteral("label_10000_ms"), static_cast<double>(timer.nsecsElapsed()) / 1e6);
    timer.start();
    bench.session.undoStack().undo();
    settle();
    json.insert(QStringLiteral("undo_10000_ms"), static_cast<double>(timer.nsecsElapsed()) / 1e6);
    json.insert(QStringLiteral("label_block_ms"), bench.watch.longest());
    json.insert(QStringLiteral("labelled"), keys.size());
}

} // namespace

int benchDay(const QString &path, const QString &model, bool asJson)
{
    const Result<DaySource> source = locateDay(path);
    if (!source) {
        complain(source.error());
        return Unusable;
    }
    QTemporaryDir place;
    // Window settings of this run are not the person's.
    for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"})
        qputenv(name, place.filePath(QString::fromLatin1(name)).toLocal8Bit());
    const QString folder = place.filePath(QStringLiteral("day"));
    QDir().mkpath(folder);
    if (const Result<void> made = mirror(*source, folder); !made) {
        complain(made.error());
        return Unusable;
    }

    QJsonObject json;
    std::optional<BenchedModel> network;
    if (!model.isEmpty()) {
        const Result<BenchedModel> benched = benchedModel(model);
        if (!benched) {
            complain(benched.error());
            return Unusable;
        }
        network = *benched;
        returnFreeMemory(); // the window's own does not count twice
        json.insert(QStringLiteral("network_mb"), network->residentMb);
        json.insert(QStringLiteral("forward_ms"), network->forwardMs);
        json.insert(QStringLiteral("features"), network->features);
        json.insert(QStringLiteral("predictions"), QStringLiteral("made up"));
    }
    for (const QString &name : {QStringLiteral("new"), QStringLiteral("known")}) {
        if (const auto problem = openingFigures(folder, name, json)) {
            complain(*problem);
            return Unusable;
        }
        returnFreeMemory(); // what a closed window has left is no part of the next one
    }
    if (network) {
        if (const Result<void> made = makeUpPredictions(folder, *network); !made) {
            complain(made.error());
            return Unusable;
        }
        returnFreeMemory();
    }
    {
        Bench bench;
        bool opened = false;
        QObject::connect(&bench.session, &ReviewSession::dayOpened, [&opened] { opened = true; });
        bench.window.openDay(folder);
        wait([&opened] { return opened; });
        wait([&bench] { return bench.pageIsThere(); });
        json.insert(QStringLiteral("frames"), bench.session.day().size());
        if (network) {
            if (const auto problem = modelFigures(bench, model, json)) {
                complain(*problem);
                return Unusable;
            }
        }
        listFigures(bench, json);
        if (network)
            similarFigures(bench, json);
        scrollFigures(bench, json);
        json.insert(QStringLiteral("memory_mb"), residentMegabytes());
        if (network)
            json.insert(QStringLiteral("memory_above_network_mb"),
                        residentMegabytes() - network->residentMb);
        travelFigures(bench, json);
        labelFigures(bench, json);
        json.insert(QStringLiteral("memory_labelled_mb"), residentMegabytes());
        plotFigures(bench, json);
        if (network)
            releaseFigures(bench, json);
    }
    json.insert(QStringLiteral("first_page_ms"), json.value(QLatin1String("first_page_new_ms")));
    double longest = 0.0;
    for (const char *key : {"open_new_block_ms", "open_known_block_ms", "scroll_block_ms"})
        longest = std::max(longest, json.value(QLatin1String(key)).toDouble());
    json.insert(QStringLiteral("longest_block_ms"), longest);

    if (asJson) {
        printJson(json);
        return Done;
    }
    print(QStringLiteral("%1 frames").arg(json.value(QLatin1String("frames")).toInt()));
    const QList<std::tuple<const char *, const char *, const char *>> rows{
        {"open_new_ms", "open a new day", "ms"},
        {"first_page_new_ms", "... first page of thumbnails", "ms"},
        {"open_known_ms", "open a day seen before", "ms"},
        {"first_page_known_ms", "... first page of thumbnails", "ms"},
        {"filter_ms", "slowest filter", "ms"},
        {"sort_ms", "slowest order", "ms"},
        {"counts_ms", "counts of every choice", "ms"},
        {"scroll_block_ms", "longest block while scrolling", "ms"},
        {"longest_block_ms", "longest block", "ms"},
        {"label_10000_ms", "label 10,000 frames", "ms"},
        {"undo_10000_ms", "undo that", "ms"},
        {"plots_ms", "slowest plot", "ms"},
        {"plots_block_ms", "longest block by a plot", "ms"},
        {"timeline_paint_ms", "painting the timeline", "ms"},
        {"travel_frames_per_s", "right arrow held, frames painted", "/s"},
        {"model_open_block_ms", "longest block while a model opens", "ms"},
        {"similar_first_ms", "order by similarity, first", "ms"},
        {"similar_ms", "... every other time", "ms"},
        {"similar_block_ms", "... longest block", "ms"},
        {"explain_on_release_ms", "explained after the key is let go", "ms"},
        {"explain_on_release_ratio", "... in forwards", ""},
        {"explain_on_step_ms", "explained after one press of the key", "ms"},
        {"explain_on_step_ratio", "... in forwards", ""},
        {"memory_above_network_mb", "resident memory above the network", "MB"},
        {"memory_mb", "resident memory", "MB"}};
    for (const auto &[key, title, unit] : rows) {
        if (!json.contains(QLatin1String(key)))
            continue; // needs a model
        print(QStringLiteral("%1 %2 %3")
                  .arg(QLatin1String(title), -34)
                  .arg(json.value(QLatin1String(key)).toDouble(), 8, 'f', 1)
                  .arg(QLatin1String(unit)));
    }
    if (network)
        print(QStringLiteral("The predictions and features were made up."));
    return Done;
}

} // namespace birblens
