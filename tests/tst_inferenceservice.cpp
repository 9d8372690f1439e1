// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/inferenceservice.h"
#include "core/jobs/inferencethread.h"

#include <QDir>
#include <QElapsedTimer>
#include <QSemaphore>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <sys/resource.h>
#include <unistd.h>

#include <memory>

using namespace birblens;

namespace {

const QString modelPath = QStringLiteral(BIRBLENS_FIXTURES "/resnet18_scripted.pt");
constexpr int patience = 60000;

/** A day of small pictures, one of them no picture. */
class DayFolder
{
public:
    explicit DayFolder(int frames)
    {
        for (int i = 0; i < frames; ++i) {
            QImage image(60, 80, QImage::Format_RGB888);
            image.fill(QColor(i * 20 % 256, 90, 200 - i * 7 % 200));
            image.save(m_folder.filePath(
                QStringLiteral("2021-02-08T10:%1:00_none.jpg").arg(i, 2, 10, QLatin1Char('0'))));
        }
        QFile broken(m_folder.filePath(QStringLiteral("2021-02-08T11:00:00_none.jpg")));
        if (broken.open(QIODevice::WriteOnly))
            broken.write("no picture");
    }
    QString path() const { return m_folder.path(); }

private:
    QTemporaryDir m_folder;
};

} // namespace

class TestInferenceService : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whoWaitsDoesNotRunTheTask()
    {
        InferenceThread thread;
        QSemaphore goOn;
        const auto here = [](std::unique_ptr<Explainer> &) { return QThread::currentThread(); };
        const QFuture<Result<QThread *>> busy =
            thread.run("test", CancelFlag(), [&goOn, here](std::unique_ptr<Explainer> &explainer) {
                goOn.acquire();
                return here(explainer);
            });
        QFuture<Result<QThread *>> next = thread.run("test", CancelFlag(), here);
        QThread *ranOn = nullptr;
        const std::unique_ptr<QThread> waiting(
            QThread::create([&] { ranOn = next.result().value(); }));
        waiting->start();
        QTest::qWait(50); // time to take the task over
        const bool taken = next.isFinished();
        goOn.release();
        QVERIFY(waiting->wait(patience));
        QVERIFY(!taken);
        QVERIFY(ranOn);
        QCOMPARE(ranOn, busy.result().value());
        QVERIFY(ranOn != waiting.get());
    }

    void theWindowGoesBeforeTheNetwork()
    {
        InferenceThread thread;
        const auto niceness = [](std::unique_ptr<Explainer> &) {
            return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
        };
        std::unique_ptr<Explainer> none;
        const int here = niceness(none);
        QVERIFY(thread.run("test", CancelFlag(), niceness).result().value() > here || here >= 5);
        QCOMPARE(niceness(none), here); // nobody else's
    }

    void whatIsGivenUpIsCancelled()
    {
        QFuture<Result<int>> later;
        QSemaphore goOn;
        {
            auto thread = std::make_unique<InferenceThread>();
            thread->run("test", CancelFlag(), [&goOn](std::unique_ptr<Explainer> &) {
                goOn.acquire();
                return 1;
            });
            later =
                thread->run("test", CancelFlag(), [](std::unique_ptr<Explainer> &) { return 2; });
            const std::unique_ptr<QThread> ending(QThread::create([&thread] { thread.reset(); }));
            ending->start();
            // What waits is given up before what runs is waited for.
            const bool givenUp = QTest::qWaitFor([&later] { return later.isFinished(); }, patience);
            goOn.release();
            QVERIFY(ending->wait(patience));
            QVERIFY(givenUp);
        }
        QVERIFY(later.isFinished());
        QVERIFY(later.isCanceled());
        QCOMPARE(later.resultCount(), 0);
    }

    /** What was decoded for the model that was open before says the same. */
    void decodedForAnotherNetwork()
    {
        const DayFolder day(2);
        const auto source = locateDay(day.path());
        QVERIFY(source);
        const auto frames = scanDay(*source);
        QVERIFY(frames);
        const auto network = Network::load(modelPath);
        QVERIFY(network);
        InputSpec other = (*network)->info().input;
        other.width = 16;
        const ClassifiedBatch right =
            classifyDecoded(**network, decodeAhead(*frames, (*network)->info().input).results());
        const ClassifiedBatch again =
            classifyDecoded(**network, decodeAhead(*frames, other).results());
        QCOMPARE(right.classified.size(), 2);
        QCOMPARE(right.problems.size(), 1);
        QCOMPARE(again.problems, right.problems);
        for (auto it = right.classified.cbegin(); it != right.classified.cend(); ++it)
            QCOMPARE(again.classified.value(it.key()).features, it->features);
    }

    void takesThePictureThatIsDecoded()
    {
        const DayFolder day(2);
        ReviewSession session;
        InferenceService service(session);
        QStringList asked;
        service.setPictures([&asked](const QString &path) {
            asked.append(path);
            QImage image(90, 70, QImage::Format_RGB888); // no file has this size
            image.fill(Qt::darkGreen);
            return asked.size() == 1 ? image : QImage();
        });
        session.openDay(day.path());
        QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 3, patience);
        service.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().explanation().has_value(), patience);
        QCOMPARE(session.explain().explanation()->frameSize, QSize(90, 70));
        QCOMPARE(asked, QStringList{session.currentEntry()->frame.path()});
        // Not at hand: decoded here.
        const QString next = session.day().at(1).frame.key;
        session.setCurrentKey(next);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().explanation() &&
                                     session.explain().explanation()->request.key == next,
                                 patience);
        QCOMPARE(session.explain().explanation()->frameSize, QSize(60, 80));
    }

    void explainsTheNewestRequestOnly()
    {
        const DayFolder day(6);
        ReviewSession session;
        InferenceService service(session);
        session.openDay(day.path());
        QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 7, patience);
        service.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().model().has_value(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().explanation().has_value(), patience);

        QStringList shown;
        connect(&session.explain(), &ExplainState::explanationChanged, this, [&] {
            if (session.explain().explanation())
                shown.append(session.explain().explanation()->request.key);
        });
        // Hurrying through the frames: results of frames passed by must never arrive.
        for (int row = 0; row < 6; ++row) {
            session.setCurrentKey(session.day().at(row).frame.key);
            QTest::qWait(5);
        }
        const QString last = session.day().at(5).frame.key;
        session.explain().setLayer(QStringLiteral("layer2"));
        session.explain().setTargetClasses({2});
        QTRY_VERIFY_WITH_TIMEOUT(!session.explain().explanationPending(), patience);
        QTest::qWait(200);
        QVERIFY(session.explain().explanation());
        QCOMPARE(session.explain().explanation()->request.key, last);
        QCOMPARE(session.explain().explanation()->request.layer, QStringLiteral("layer2"));
        QCOMPARE(session.explain().explanation()->request.classes, (QList<int>{2}));
        QCOMPARE(shown.count(last), shown.size() - shown.indexOf(last));
        // The order never goes back.
        for (int i = 1; i < shown.size(); ++i)
            QVERIFY(shown[i] >= shown[i - 1]);
    }

    void classifiesADayWhileThePersonWorks()
    {
        const DayFolder day(12);
        QString modelId;
        {
            ReviewSession session;
            InferenceService service(session);
            session.openDay(day.path());
            QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 13, patience);
            service.openModel(modelPath);
            QTRY_VERIFY_WITH_TIMEOUT(session.explain().model().has_value(), patience);
            modelId = session.explain().model()->info.id;
            QSignalSpy progress(&service, &InferenceService::classifyProgress);
            QSignalSpy finished(&service, &InferenceService::classifyFinished);
            service.classifyDay();
            QVERIFY(service.isClassifying());
            session.setCurrentKey(session.day().at(9).frame.key); // comes first
            QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
            QVERIFY(!finished.at(0).at(0).toBool());
            QVERIFY(progress.size() >= 3);
            int predicted = 0;
            for (int row = 0; row < session.day().size(); ++row)
                predicted += session.day().at(row).prediction ? 1 : 0;
            QCOMPARE(predicted, 12);
            QVERIFY(!session.day().at(12).problem.isEmpty());
        }
        // Opening the day again costs nothing: the predictions are there before any classifying.
        ReviewSession session;
        InferenceService service(session);
        session.openDay(day.path());
        QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 13, patience);
        service.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().model().has_value(), patience);
        QCOMPARE(session.explain().model()->info.id, modelId);
        QTRY_VERIFY_WITH_TIMEOUT(!session.isLoadingPredictions(), patience);
        for (int row = 0; row < 12; ++row) {
            QVERIFY(session.day().at(row).prediction.has_value());
            QVERIFY(session.day().at(row).hasFeatures);
        }
    }

    /** Frames that were classified before features were kept are classified again when asked for.
     */
    void givesFeaturesToFramesWithoutThem()
    {
        const DayFolder day(6);
        ReviewSession session;
        InferenceService service(session);
        session.openDay(day.path());
        QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 7, patience);
        service.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().model().has_value(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(!session.isLoadingPredictions(), patience);
        const ModelInfo &info = session.explain().model()->info;
        QHash<QString, Classified> earlier;
        for (int row = 0; row < 7; ++row)
            earlier.insert(session.day().at(row).frame.key,
                           predict(info, QList<float>(info.vocabulary.size(), -2.0F)));
        session.addPredictions(info.id, earlier);
        QSignalSpy finished(&service, &InferenceService::classifyFinished);
        service.classifyDay();
        QVERIFY(!service.isClassifying()); // every frame has a prediction
        service.classifyDay(true);
        QVERIFY(service.isClassifying());
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
        QCOMPARE(session.day().featureCount(), 6); // one is no picture
        service.classifyDay(true);
        QVERIFY(!service.isClassifying());
    }

    /** With a key held down nothing is begun; the frame where it is let go is explained. */
    void waitsUntilThePersonStops()
    {
        const DayFolder day(6);
        ReviewSession session;
        InferenceService service(session);
        session.openDay(day.path());
        QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 7, patience);
        service.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().explanation().has_value(), patience);
        QStringList shown;
        connect(&session.explain(), &ExplainState::explanationChanged, this, [&] {
            if (session.explain().explanation())
                shown.append(session.explain().explanation()->request.key);
        });
        QElapsedTimer sinceLast;
        for (int row = 1; row < 6; ++row) {
            service.setHurrying(true);
            session.setCurrentKey(session.day().at(row).frame.key);
            sinceLast.start();
        }
        QTest::qWait(100);
        if (sinceLast.elapsed() < 250) // else it is over by itself, see below
            QVERIFY(session.explain().explanationPending());
        service.setHurrying(false);
        QTRY_VERIFY_WITH_TIMEOUT(!session.explain().explanationPending(), patience);
        QCOMPARE(shown, QStringList{session.day().at(5).frame.key});

        // The key's release may go to another window: standing still is enough.
        service.setHurrying(true);
        session.setCurrentKey(session.day().at(0).frame.key);
        QTRY_COMPARE_WITH_TIMEOUT(shown.size(), 2, patience);
        QCOMPARE(shown.last(), session.day().at(0).frame.key);
    }

    void fillsTheSmallMapsAndFollowsTheTarget()
    {
        const DayFolder day(3);
        ReviewSession session;
        InferenceService service(session);
        session.openDay(day.path());
        QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 4, patience);
        service.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().model().has_value(), patience);
        QCOMPARE(session.explain().stripLayers().size(),
                 8); // two residual blocks in each of four stages
        QTRY_COMPARE_WITH_TIMEOUT(session.explain().layerMaps().size(), 8, patience);
        const QList<ClassMap> before = session.explain().layerMaps();
        // Another layer leaves them; another target replaces them.
        session.explain().setLayer(QStringLiteral("layer2"));
        QTRY_VERIFY_WITH_TIMEOUT(
            !session.explain().explanationPending() && session.explain().explanation() &&
                session.explain().explanation()->request.layer == QLatin1String("layer2"),
            patience);
        QTest::qWait(400);
        QCOMPARE(session.explain().layerMaps().size(), 8);
        QCOMPARE(session.explain().layerMaps().constFirst().map.values,
                 before.constFirst().map.values);
        session.explain().setTargetClasses({0});
        session.explain().setTargetKind(TargetKind::Contrast, 1);
        QTRY_VERIFY_WITH_TIMEOUT(!session.explain().layerMaps().isEmpty() &&
                                     session.explain().layerMaps().constFirst().target ==
                                         (Target{TargetKind::Contrast, 0, 1}),
                                 patience);
        QCOMPARE(session.explain().explanation()->maps.constFirst().target,
                 (Target{TargetKind::Contrast, 0, 1}));
        session.explain().setStrip(ExplainState::Strip::Off);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().layerMaps().isEmpty(), patience);
    }

    void sharesOneScale()
    {
        const DayFolder day(6);
        ReviewSession session;
        InferenceService service(session);
        session.openDay(day.path());
        QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 7, patience);
        service.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().model().has_value(), patience);
        const QList<int> target{1};
        session.explain().setTargetClasses(target);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().explanation() &&
                                     session.explain().explanation()->request.classes == target,
                                 patience);
        HeatStyle style;
        style.scale = ScaleMode::Shared;
        session.explain().setHeatStyle(style);
        const ClassMap first = session.explain().explanation()->maps.constFirst();
        QCOMPARE(session.explain().sharedFrames(first), 1);
        QCOMPARE(session.explain().rangeFor(first), ownRange(first.map));

        // What every frame's own range is, by going there.
        QList<ScaleRange> own;
        QStringList keys;
        ReviewSession other;
        InferenceService alone(other);
        other.openDay(day.path());
        QTRY_COMPARE_WITH_TIMEOUT(other.day().size(), 7, patience);
        alone.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(other.explain().model().has_value(), patience);
        other.explain().setTargetClasses(target);
        for (int row = 0; row < 6; ++row) {
            keys.append(session.day().at(row).frame.key);
            other.setCurrentKey(keys.last());
            QTRY_VERIFY_WITH_TIMEOUT(other.explain().explanation() &&
                                         other.explain().explanation()->request.key ==
                                             keys.last() &&
                                         other.explain().explanation()->request.classes == target,
                                     patience);
            own.append(ownRange(other.explain().explanation()->maps.constFirst().map));
        }
        const auto united = [&own](int from, int to) {
            ScaleRange all = own[from];
            for (int i = from; i < to; ++i)
                all = {std::min(all.low, own[i].low), std::max(all.high, own[i].high)};
            return all;
        };
        QVERIFY(united(0, 6) != own[0]);

        // The whole day; the broken frame is passed over.
        QSignalSpy finished(&service, &InferenceService::surveyFinished);
        keys.append(session.day().at(6).frame.key);
        service.startSurvey(keys);
        QVERIFY(service.isSurveying());
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
        QVERIFY(!finished.takeFirst().at(0).toBool());
        QCOMPARE(session.explain().sharedFrames(first), 6);
        QCOMPARE(session.explain().rangeFor(first), united(0, 6));
        QCOMPARE(session.currentKey(), keys.first());

        // Three of them only; then the day again, which is known.
        session.explain().setSharedScope(QSet<QString>{keys[3], keys[4], keys[5]});
        QCOMPARE(session.explain().sharedFrames(first), 3);
        QCOMPARE(session.explain().rangeFor(first), united(3, 6));
        session.explain().setSharedScope({});
        QCOMPARE(session.explain().rangeFor(first), united(0, 6));

        // Another layer's maps have another range: what runs is of no use any more.
        session.explain().setMethod(
            QStringLiteral("scorecam")); // known maps would be there at once
        service.startSurvey(keys);
        session.explain().setLayer(QStringLiteral("layer2"));
        session.explain().setMethod(QStringLiteral("gradcam-signed"));
        QCOMPARE(finished.size(), 1);
        QVERIFY(finished.at(0).at(0).toBool());
        QVERIFY(!service.isSurveying());
        QTRY_COMPARE_WITH_TIMEOUT(session.explain().explanation()->request.layer,
                                  QStringLiteral("layer2"), patience);
        QCOMPARE(session.explain().sharedFrames(session.explain().explanation()->maps.constFirst()),
                 1);
    }

    void slowMethodsTellAndCanBeStopped()
    {
        const DayFolder day(2);
        ReviewSession session;
        InferenceService service(session);
        session.openDay(day.path());
        QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 3, patience);
        service.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().explanation().has_value(), patience);
        QSignalSpy progress(&service, &InferenceService::explanationProgress);
        session.explain().setMethod(QStringLiteral("scorecam"));
        QTRY_VERIFY_WITH_TIMEOUT(progress.size() >= 2, patience);
        QVERIFY(progress.last().at(0).toDouble() > progress.first().at(0).toDouble());
        service.cancelExplanation();
        QVERIFY(!session.explain().explanationPending());
        QVERIFY(session.explain().explanationProblem().contains(QLatin1String("stopped")));
        // The thread is free again at once.
        session.explain().setMethod(QStringLiteral("gradcam"));
        QTRY_VERIFY_WITH_TIMEOUT(
            session.explain().explanation() && !session.explain().explanationPending(), patience);
        QCOMPARE(session.explain().explanation()->request.method, QStringLiteral("gradcam"));
    }

    void cancelsClassifying()
    {
        const DayFolder day(30);
        ReviewSession session;
        InferenceService service(session);
        session.openDay(day.path());
        QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 31, patience);
        service.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().model().has_value(), patience);
        QSignalSpy finished(&service, &InferenceService::classifyFinished);
        service.classifyDay();
        service.cancelClassify();
        QCOMPARE(finished.size(), 1);
        QVERIFY(finished.at(0).at(0).toBool());
        QVERIFY(!service.isClassifying());
        service.classifyDay(); // and can be taken up again
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, patience);
        QVERIFY(!finished.at(1).at(0).toBool());
    }

    void modelsThatCannotBeOpenedLeaveTheOldOne()
    {
        ReviewSession session;
        InferenceService service(session);
        service.openModel(modelPath);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().model().has_value(), patience);
        QSignalSpy failed(&service, &InferenceService::modelFailed);
        service.openModel(QStringLiteral(BIRBLENS_FIXTURES "/pickle.pkl"));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
        QVERIFY(
            failed.at(0).at(0).value<Error>().sentence().contains(QLatin1String("Python pickle")));
        QVERIFY(session.explain().model().has_value());
        QCOMPARE(session.explain().model()->info.path, QFileInfo(modelPath).absoluteFilePath());
    }

    void asksForMetadata()
    {
        QTemporaryDir folder;
        const QString bare = folder.filePath(QStringLiteral("bare.pt"));
        QVERIFY(QFile::copy(QStringLiteral(BIRBLENS_FIXTURES "/bare.pt"), bare));
        ReviewSession session;
        InferenceService service(session);
        QSignalSpy asked(&service, &InferenceService::metadataNeeded);
        service.openModel(bare);
        QTRY_COMPARE_WITH_TIMEOUT(asked.size(), 1, patience);
        auto question = asked.at(0).at(0).value<MetadataQuestion>();
        QCOMPARE(question.outputs, 4);
        question.suggestion.vocabulary = {QStringLiteral("a"), QStringLiteral("b"),
                                          QStringLiteral("c"), QStringLiteral("d")};
        question.suggestion.input.height = 96;
        question.suggestion.input.width = 64;
        service.openModel(bare, question.suggestion);
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().model().has_value(), patience);
        QVERIFY(QFile::exists(folder.filePath(QStringLiteral("bare.json"))));
        // The answer is kept: the next time nobody is asked.
        ReviewSession later;
        InferenceService again(later);
        again.openModel(bare);
        QTRY_VERIFY_WITH_TIMEOUT(later.explain().model().has_value(), patience);
        QCOMPARE(later.explain().model()->info.vocabulary, question.suggestion.vocabulary);
    }

    void closesInTheMiddleOfAnything()
    {
        const DayFolder day(30);
        QElapsedTimer timer;
        {
            ReviewSession session;
            InferenceService service(session);
            session.openDay(day.path());
            QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 31, patience);
            service.openModel(modelPath);
            QTRY_VERIFY_WITH_TIMEOUT(session.explain().model().has_value(), patience);
            service.classifyDay();
            session.explain().setMethod(QStringLiteral("ablationcam"));
            QTest::qWait(50);
            timer.start();
        }
        // Not a measurement: only that it does not wait for the day or for the ablation.
        QVERIFY(timer.elapsed() < 10000);
    }
};

QTEST_GUILESS_MAIN(TestInferenceService)
#include "tst_inferenceservice.moc"
