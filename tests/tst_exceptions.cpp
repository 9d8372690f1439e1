// SPDX-License-Identifier: GPL-3.0-or-later

// What happens when work in the background throws: the person hears of it and everything goes on.

#include "core/background.h"
#include "core/exporting/exporter.h"
#include "core/frames/thumbnailer.h"
#include "core/guarded.h"
#include "core/jobs/inferenceservice.h"
#include "core/jobs/inferencethread.h"
#include "core/review/dayshelf.h"
#include "core/review/similarity.h"

#include "ui/fakemodel.h"

#include "support/birbcamfolder.h"

#include <QSignalSpy>
#include <QTest>

#include <opencv2/core.hpp>

#include <atomic>
#include <stdexcept>

using namespace birblens;

namespace {

const QString modelPath = QStringLiteral(BIRBLENS_FIXTURES "/resnet18_scripted.pt");
constexpr int patience = 60000;

struct NoException
{
};

enum Kind { Memory, Standard, Foreign };

void throwOne(int kind)
{
    if (kind == Memory)
        throw std::bad_alloc();
    if (kind == Standard)
        throw std::runtime_error("the cat\nsat on it");
    throw NoException();
}

/** What a person reads of it. */
QString said(int kind, const QString &place)
{
    if (kind == Memory)
        return "There is not enough free memory for this";
    return QString("An internal error stopped this (%1: %2)")
        .arg(place, kind == Standard ? "the cat" : "unknown exception");
}

/** Makes the named place throw for as long as it lives. */
class Fault
{
public:
    Fault(const QByteArray &place, int kind)
    {
        setFaults([this, place, kind](const char *here) {
            if (place == here) {
                ++count;
                throwOne(kind);
            }
        });
    }
    ~Fault() { setFaults({}); }
    std::atomic<int> count = 0; // outlives the calls: the destructor waits for them
};

void kinds()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("no memory") << int(Memory);
    QTest::newRow("a standard exception") << int(Standard);
    QTest::newRow("no standard exception") << int(Foreign);
}

/** Three frames, opened, with a network. */
struct Bench
{
    Bench()
        : folder({{"2021-02-08T10:00:00", "none"},
                  {"2021-02-08T10:00:10", "none"},
                  {"2021-02-08T10:00:20", "none"}})
        , service(session)
    {
        QObject::connect(&session, &ReviewSession::message, &session,
                         [this](const Message &message) { messages.append(message.text); });
    }
    bool open()
    {
        session.openDay(folder.path());
        if (!QTest::qWaitFor([this] { return session.hasDay(); }, patience))
            return false;
        service.openModel(modelPath);
        return QTest::qWaitFor([this] { return session.explain().explanation().has_value(); },
                               patience);
    }
    bool explains(int row)
    {
        session.setCurrentKey(session.day().at(row).frame.key);
        return QTest::qWaitFor(
            [this, row] {
                return session.explain().explanation() &&
                       session.explain().explanation()->request.key ==
                           session.day().at(row).frame.key;
            },
            patience);
    }
    bool heard(const QString &text) const
    {
        return std::any_of(messages.cbegin(), messages.cend(),
                           [&](const QString &one) { return one.contains(text); });
    }

    testing::BirbCamFolder folder;
    ReviewSession session;
    InferenceService service;
    QStringList messages;
};

} // namespace

class TestExceptions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void becomeErrors_data() { kinds(); }
    void becomeErrors()
    {
        QFETCH(int, kind);
        const auto answer = guarded("test", [kind]() -> int {
            throwOne(kind);
            return 1;
        });
        QVERIFY(!answer);
        QCOMPARE(answer.error().what, said(kind, "test"));
        QVERIFY(!answer.error().hint.isEmpty());
        QVERIFY(!guarded("test", [kind] { throwOne(kind); }));
    }

    void answersPass()
    {
        QCOMPARE(*guarded("test", [] { return 3; }), 3);
        const Result<QString> once = guarded("test", [] { return Result<QString>(QString("a")); });
        QCOMPARE(*once, QString("a"));
        QCOMPARE(guarded("test",
                         []() -> Result<void> {
                             return Error{"b", {}, {}};
                         })
                     .error()
                     .what,
                 QString("b"));
        QVERIFY(guarded("test", [] {}));
    }

    void othersSayThatMemoryIsShort()
    {
        const auto opencv = guarded(
            "test", [] { CV_Error(cv::Error::StsNoMem, "Failed to allocate 4294967296 bytes"); });
        QCOMPARE(opencv.error().what, said(Memory, {}));
        const auto torch = guarded("test", [] {
            throw std::runtime_error("[enforce fail] DefaultCPUAllocator: can't allocate memory: "
                                     "you tried to allocate 80000000000 bytes.");
        });
        QCOMPARE(torch.error().what, said(Memory, {}));
        const auto damaged =
            guarded("test", [] { CV_Error(cv::Error::StsBadArg, "size mismatch"); });
        QVERIFY(damaged.error().what.contains("size mismatch"));
    }

    void backgroundWorkDelivers_data() { kinds(); }
    void backgroundWorkDelivers()
    {
        QFETCH(int, kind);
        QThreadPool pool;
        QStringList answers;
        const auto run = [&](bool fails) {
            runInBackground(
                pool, this, "test",
                [fails, kind] {
                    if (fails)
                        throwOne(kind);
                    return QString("done");
                },
                [&answers](const Result<QString> &answer) {
                    answers.append(answer ? *answer : answer.error().what);
                });
        };
        run(true);
        QTRY_COMPARE(answers, QStringList{said(kind, "test")});
        run(false);
        QTRY_COMPARE(answers.last(), QString("done"));
    }

    void theInferenceThreadGoesOn_data() { kinds(); }
    void theInferenceThreadGoesOn()
    {
        QFETCH(int, kind);
        InferenceThread thread;
        const auto failed =
            thread.run("test", CancelFlag(), [kind](std::unique_ptr<Explainer> &) -> int {
                throwOne(kind);
                return 1;
            });
        QCOMPARE(failed.result().error().what, said(kind, "test"));
        QStringList answers;
        int done = 0;
        const auto ask = [&](bool fails) {
            thread.run(
                "test", CancelFlag(),
                [fails, kind](std::unique_ptr<Explainer> &) {
                    if (fails)
                        throwOne(kind);
                    return QString("done");
                },
                this,
                [&answers](const Result<QString> &answer) {
                    answers.append(answer ? *answer : answer.error().what);
                },
                [&done] { ++done; });
        };
        ask(true);
        ask(false);
        QTRY_COMPARE(done, 2);
        QCOMPARE(answers, (QStringList{said(kind, "test"), "done"}));
    }

    void anExplanation_data() { kinds(); }
    void anExplanation()
    {
        QFETCH(int, kind);
        Bench bench;
        QVERIFY(bench.open());
        {
            const Fault fault("explanation", kind);
            bench.session.setCurrentKey(bench.session.day().at(1).frame.key);
            QTRY_VERIFY_WITH_TIMEOUT(
                bench.session.explain().explanationProblem().contains(said(kind, "explanation")),
                patience);
            QVERIFY(!bench.session.explain().explanationPending());
        }
        QVERIFY(bench.explains(2));
    }

    void theSmallMaps_data() { kinds(); }
    void theSmallMaps()
    {
        QFETCH(int, kind);
        Bench bench;
        const Fault fault("small maps", kind);
        QVERIFY(bench.open());
        QTRY_VERIFY_WITH_TIMEOUT(bench.heard(said(kind, "small maps")), patience);
        QVERIFY(bench.session.explain().layerMaps().isEmpty());
        QVERIFY(bench.explains(1));
    }

    void classifying_data() { kinds(); }
    void classifying()
    {
        QFETCH(int, kind);
        Bench bench;
        QVERIFY(bench.open());
        QTRY_VERIFY(!bench.session.isLoadingPredictions());
        QSignalSpy finished(&bench.service, &InferenceService::classifyFinished);
        {
            const Fault fault("classifying", kind);
            bench.service.classifyDay();
            QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
            QVERIFY(bench.heard(said(kind, "classifying")));
            QVERIFY(!bench.service.isClassifying());
        }
        bench.service.classifyDay();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, patience);
        for (int row = 0; row < 3; ++row)
            QVERIFY(bench.session.day().at(row).prediction);
    }

    void decoding_data() { kinds(); }
    void decoding()
    {
        QFETCH(int, kind);
        Bench bench;
        QVERIFY(bench.open());
        QTRY_VERIFY(!bench.session.isLoadingPredictions());
        QSignalSpy finished(&bench.service, &InferenceService::classifyFinished);
        const Fault fault("decoding", kind);
        bench.service.classifyDay();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
        // It is the frame's problem, and the next one is taken.
        QVERIFY(bench.session.day().at(1).problem.contains(said(kind, "decoding")));
        QVERIFY(bench.session.day().at(2).problem.contains(said(kind, "decoding")));
    }

    void theScaleOfTheDay_data() { kinds(); }
    void theScaleOfTheDay()
    {
        QFETCH(int, kind);
        Bench bench;
        QVERIFY(bench.open());
        QSignalSpy finished(&bench.service, &InferenceService::surveyFinished);
        const Fault fault("scale of the day", kind);
        bench.service.startSurvey(bench.session.day().keys());
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
        QCOMPARE(fault.count, 3); // none of them twice, none left out
        QVERIFY(bench.heard(said(kind, "scale of the day")));
        QVERIFY(bench.explains(1));
    }

    void theCheckOfAMap_data() { kinds(); }
    void theCheckOfAMap()
    {
        QFETCH(int, kind);
        Bench bench;
        QVERIFY(bench.open());
        QString why;
        connect(&bench.service, &InferenceService::trustFinished, this,
                [&why](const Result<TrustReport> &report) {
                    why = report ? QString("fine") : report.error().what;
                });
        const Fault fault("check of a map", kind);
        bench.service.startTrust(bench.session.currentEntry()->frame.path(),
                                 bench.session.explain().explanation()->maps.constFirst());
        QTRY_COMPARE_WITH_TIMEOUT(why, said(kind, "check of a map"), patience);
        QVERIFY(!bench.service.isCheckingTrust());
        QVERIFY(bench.explains(1));
    }

    void openingAModel_data() { kinds(); }
    void openingAModel()
    {
        QFETCH(int, kind);
        Bench bench;
        QStringList failures;
        connect(&bench.service, &InferenceService::modelFailed, this,
                [&failures](const Error &error) { failures.append(error.sentence()); });
        {
            const Fault fault("opening a model", kind);
            bench.service.openModel(modelPath);
            QTRY_COMPARE_WITH_TIMEOUT(failures.size(), 1, patience);
            QVERIFY(failures.constFirst().contains(said(kind, "opening a model")));
            QVERIFY(failures.constFirst().contains("resnet18_scripted.pt"));
            QVERIFY(!bench.service.isLoading());
        }
        QVERIFY(bench.open());
    }

    void anExport_data() { kinds(); }
    void anExport()
    {
        QFETCH(int, kind);
        Bench bench;
        QVERIFY(bench.open());
        QSignalSpy finished(&bench.service, &InferenceService::exportFinished);
        ExportJob job;
        job.folder = bench.folder.path() + "/out";
        {
            const Fault fault("export", kind);
            bench.service.startExport("csv", bench.session.day().keys(), job);
            QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
            QVERIFY(finished.at(0).constLast().toString().contains(said(kind, "export")));
            QVERIFY(!bench.service.isExporting());
        }
        bench.service.startExport("csv", bench.session.day().keys(), job);
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, patience);
        QVERIFY(QFile::exists(job.folder + "/frames.csv"));
    }

    void openingADay_data() { kinds(); }
    void openingADay()
    {
        QFETCH(int, kind);
        Bench bench;
        QStringList failures;
        connect(&bench.session, &ReviewSession::dayFailed, this,
                [&failures](const Error &error) { failures.append(error.sentence()); });
        {
            const Fault fault("opening a day", kind);
            bench.session.openDay(bench.folder.path());
            QTRY_COMPARE(failures.size(), 1);
            QVERIFY(failures.constFirst().contains(said(kind, "opening a day")));
            QVERIFY(!bench.session.isScanning());
        }
        bench.session.openDay(bench.folder.path());
        QTRY_COMPARE(bench.session.day().size(), 3);
        {
            const Fault fault("listing a day again", kind);
            bench.folder.add({{"2021-02-08T10:00:25", "none"}});
            QTRY_VERIFY(bench.heard(said(kind, "listing a day again")));
        }
        bench.folder.add({{"2021-02-08T10:00:30", "none"}});
        QTRY_COMPARE(bench.session.day().size(), 5);
    }

    void readingPredictions_data() { kinds(); }
    void readingPredictions()
    {
        QFETCH(int, kind);
        Bench bench;
        bench.session.openDay(bench.folder.path());
        QTRY_COMPARE(bench.session.day().size(), 3);
        const Fault fault("reading predictions", kind);
        bench.session.explain().setModel(testing::fakeModel());
        QTRY_VERIFY(bench.heard(said(kind, "reading predictions")));
        QVERIFY(!bench.session.isLoadingPredictions());
    }

    void listingAFolder_data() { kinds(); }
    void listingAFolder()
    {
        QFETCH(int, kind);
        const Bench bench;
        DayShelf shelf;
        QStringList failures;
        connect(&shelf, &DayShelf::failed, this,
                [&failures](const Error &error) { failures.append(error.sentence()); });
        {
            const Fault fault("listing a folder", kind);
            shelf.add(bench.folder.path());
            QTRY_COMPARE(failures.size(), 1);
            QVERIFY(failures.constFirst().contains(said(kind, "listing a folder")));
            QVERIFY(!shelf.isListing());
        }
        shelf.add(bench.folder.path());
        QTRY_COMPARE(shelf.days().size(), 1);
    }

    void aThumbnail_data() { kinds(); }
    void aThumbnail()
    {
        QFETCH(int, kind);
        const Bench bench;
        const QDir images(bench.folder.path() + "/imgs");
        const QStringList names = images.entryList(QDir::Files);
        QCOMPARE(names.size(), 3);
        Thumbnailer thumbnailer({40, 40});
        QSignalSpy ready(&thumbnailer, &Thumbnailer::ready);
        const QString first = images.filePath(names.at(0));
        {
            const Fault fault("thumbnail", kind);
            QVERIFY(thumbnailer.thumbnail(first).isNull());
            QVERIFY(ready.wait());
            QCOMPARE(thumbnailer.problem(first), said(kind, "thumbnail"));
        }
        const QString second = images.filePath(names.at(1));
        thumbnailer.thumbnail(second);
        QVERIFY(ready.wait());
        QVERIFY(!thumbnailer.thumbnail(second).isNull());
    }

    void comparingFrames_data() { kinds(); }
    void comparingFrames()
    {
        QFETCH(int, kind);
        Bench bench;
        QVERIFY(bench.open());
        QTRY_VERIFY(bench.session.day().featureCount() > 0);
        Similarity &similarity = bench.session.similarity();
        QSignalSpy compared(&similarity, &Similarity::compared);
        QStringList failures;
        connect(&similarity, &Similarity::failed, this,
                [&failures](const Error &error) { failures.append(error.what); });
        const QString key = bench.session.currentEntry()->frame.key;
        {
            const Fault fault("comparing frames", kind);
            similarity.compareWith(key);
            QTRY_COMPARE(failures, QStringList{said(kind, "comparing frames")});
            QVERIFY(!similarity.isComparing());
        }
        similarity.compareWith(key);
        QTRY_COMPARE(compared.size(), 1);
    }
};

QTEST_MAIN(TestExceptions)
#include "tst_exceptions.moc"
