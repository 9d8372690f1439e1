// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/features.h"
#include "core/review/framesort.h"
#include "core/review/reviewsession.h"
#include "core/review/similarity.h"
#include "core/store/featuretable.h"
#include "core/store/store.h"

#include "ui/fakemodel.h"

#include "support/birbcamfolder.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace birblens;

namespace {

QByteArray features(const std::vector<float> &values)
{
    return packedFeatures(values.data(), qsizetype(values.size()));
}

const QList<testing::CameraRow> frames{{"2021-02-08T10:00:00", "none"},
                                       {"2021-02-08T10:00:10", "none"},
                                       {"2021-02-08T10:00:20", "none"},
                                       {"2021-02-08T10:00:30", "none"},
                                       {"2021-02-08T10:00:40", "none"}};

/** A day of five frames, four of which the model has looked at: at 0, 90, 30 and 60 degrees. */
struct Bench
{
    Bench()
    {
        folder.add(frames);
        QSignalSpy opened(&session, &ReviewSession::dayOpened);
        session.openDay(folder.path());
        if (!opened.wait())
            QTest::qFail("the day was not opened", __FILE__, __LINE__);
        open(testing::fakeModel());
    }
    void open(const OpenModel &model)
    {
        QSignalSpy loaded(&session, &ReviewSession::predictionsLoaded);
        session.explain().setModel(model);
        if (session.isLoadingPredictions() && !loaded.wait())
            QTest::qFail("the predictions were not read", __FILE__, __LINE__);
    }
    QString key(int row) const { return testing::BirbCamFolder::key(frames.at(row)); }
    Classified at(float degrees) const
    {
        const float angle = degrees * 3.14159265F / 180.0F;
        return {testing::fakePrediction(session.explain().model()->info, {}),
                features({std::cos(angle), std::sin(angle)})};
    }
    void look()
    {
        session.addPredictions(
            session.explain().model()->info.id,
            {{key(0), at(0.0F)}, {key(1), at(90.0F)}, {key(2), at(30.0F)}, {key(3), at(60.0F)}});
    }
    bool compare(int row)
    {
        QSignalSpy compared(&session.similarity(), &Similarity::compared);
        session.similarity().compareWith(key(row));
        return compared.wait() && compared.at(0).at(0).toString() == key(row);
    }
    float similarity(int row) const { return session.day().at(row).similarity; }
    QList<int> sorted(bool reversed = false) const
    {
        FrameSort sort{FrameOrder::Similarity, {}, reversed};
        sort.reference = key(0);
        return sortedRows(session.day(), {0, 1, 2, 3, 4}, sort, &session.explain().model()->info);
    }

    testing::BirbCamFolder folder;
    ReviewSession session;
};

} // namespace

class TestSimilarity : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sortsByTheCosine();
    void isKeptInTheStore();
    void saysWhyNot();
    void seesWhatCameSince();
    void anotherModelForgets();
    void theNewestQuestionCounts();
    void closesInTheMiddle();
    void tablesOfThousands();
};

void TestSimilarity::sortsByTheCosine()
{
    Bench bench;
    bench.look();
    QCOMPARE(bench.session.day().featureCount(), 4);
    QCOMPARE(bench.session.similarity().missing(), 1);
    QVERIFY(std::isnan(bench.similarity(0)));
    QVERIFY(bench.compare(0));
    QCOMPARE(bench.session.similarity().reference(), bench.key(0));
    for (const auto &[row, degrees] : {std::pair(0, 0.0), {1, 90.0}, {2, 30.0}, {3, 60.0}})
        QVERIFY(std::fabs(double(bench.similarity(row)) - std::cos(degrees * 3.14159265 / 180)) <
                0.005); // two numbers are the worst that rounding can meet
    QVERIFY(std::isnan(bench.similarity(4)));
    QCOMPARE(bench.sorted(), QList<int>({0, 2, 3, 1, 4}));
    QCOMPARE(bench.sorted(true), QList<int>({1, 3, 2, 0, 4})); // not known stays last
    QVERIFY(bench.compare(1));
    QCOMPARE(bench.sorted(), QList<int>({1, 3, 2, 0, 4}));
}

void TestSimilarity::isKeptInTheStore()
{
    Bench bench;
    bench.look();
    // The day is opened again: by a session that knows the model already, and by one that gets it
    // afterwards.
    for (const bool before : {true, false}) {
        ReviewSession session;
        if (before)
            session.explain().setModel(testing::fakeModel());
        QSignalSpy opened(&session, &ReviewSession::dayOpened);
        QSignalSpy loaded(&session, &ReviewSession::predictionsLoaded);
        session.openDay(bench.folder.path());
        QVERIFY(opened.wait());
        if (!before) {
            session.explain().setModel(testing::fakeModel());
            QVERIFY(session.isLoadingPredictions());
            QVERIFY(loaded.wait());
        }
        QCOMPARE(session.day().featureCount(), 4);
        QVERIFY(session.day().at(3).prediction);
        QVERIFY(session.day().at(3).hasFeatures);
        QVERIFY(!session.day().at(4).hasFeatures);
        QSignalSpy compared(&session.similarity(), &Similarity::compared);
        session.similarity().compareWith(bench.key(0));
        QVERIFY(compared.wait());
        QCOMPARE(session.day().at(2).similarity > 0.8F, true);
    }
}

void TestSimilarity::saysWhyNot()
{
    Bench bench;
    QSignalSpy failed(&bench.session.similarity(), &Similarity::failed);
    bench.session.similarity().compareWith(bench.key(0));
    QCOMPARE(failed.size(), 1);
    QVERIFY(failed.at(0).at(0).value<Error>().hint.contains("Ctrl+K"));
    bench.session.explain().setModel({});
    bench.session.similarity().compareWith(bench.key(0));
    QCOMPARE(failed.size(), 2);
    bench.session.similarity().compareWith("imgs/nothing.jpg"); // no such frame: no question
    QCOMPARE(failed.size(), 2);
    QVERIFY(!bench.session.similarity().isComparing());
}

void TestSimilarity::seesWhatCameSince()
{
    Bench bench;
    bench.look();
    QVERIFY(bench.compare(0));
    // The model looks at the last frame, and a frame comes in before all others.
    bench.session.addPredictions(bench.session.explain().model()->info.id,
                                 {{bench.key(4), bench.at(45.0F)}});
    Frame early = bench.session.day().at(0).frame;
    early.key = "imgs/early.jpg";
    early.captureTime = early.captureTime.addSecs(-60);
    early.utc = early.utc.addSecs(-60);
    bench.session.day().merge({early});
    QCOMPARE(bench.session.day().rowOf("imgs/early.jpg"), 0);
    QVERIFY(bench.compare(0));
    QVERIFY(std::isnan(bench.similarity(0)));
    QVERIFY(bench.similarity(1) > 0.99F);
    QVERIFY(std::fabs(bench.similarity(5) - 0.707F) < 0.01F);
    QCOMPARE(bench.session.similarity().missing(), 1);
}

void TestSimilarity::anotherModelForgets()
{
    Bench bench;
    bench.look();
    QVERIFY(bench.compare(0));
    QSignalSpy compared(&bench.session.similarity(), &Similarity::compared);
    bench.session.similarity().compareWith(bench.key(1));
    OpenModel other = testing::fakeModel();
    other.info.id = "another";
    bench.open(other); // the answer is on its way or there: nobody hears of it
    QVERIFY(bench.session.similarity().reference().isEmpty());
    QCOMPARE(bench.session.day().featureCount(), 0);
    QVERIFY(std::isnan(bench.similarity(0)));
    bench.open(testing::fakeModel());
    QCOMPARE(bench.session.day().featureCount(), 4);
    QVERIFY(bench.compare(2));
    QCOMPARE(compared.size(), 1);
}

void TestSimilarity::theNewestQuestionCounts()
{
    Bench bench;
    bench.look();
    QSignalSpy compared(&bench.session.similarity(), &Similarity::compared);
    for (const int row : {0, 1, 2, 3})
        bench.session.similarity().compareWith(bench.key(row));
    QVERIFY(bench.session.similarity().isComparing());
    QVERIFY(compared.wait());
    QVERIFY(!bench.session.similarity().isComparing());
    QVERIFY(bench.compare(0)); // whatever else was asked would have come before
    QCOMPARE(compared.size(), 2);
    QCOMPARE(compared.at(0).at(0).toString(), bench.key(3));
}

void TestSimilarity::closesInTheMiddle()
{
    Bench bench;
    bench.look();
    bench.session.similarity().compareWith(bench.key(0));
}

/** More than is read at once, with gaps, and a vector of another length. */
void TestSimilarity::tablesOfThousands()
{
    QTemporaryDir dir;
    const ModelInfo model = testing::fakeModel().info;
    constexpr int count = 5000;
    constexpr qsizetype size = 300;
    QStringList keys;
    QHash<QString, Classified> classified;
    for (int i = 0; i < count; ++i) {
        const QString key = QStringLiteral("%1.jpg").arg((i * 1237) % count);
        keys.append(key);
        QByteArray vector(i == 10 ? size - 1 : size, '\0');
        vector[i % 7] = 100;
        vector[size / 2] = char(i % 5);
        if (i % 11 != 3)
            classified.insert(key, {testing::fakePrediction(model, {}), vector});
    }
    const auto store = Store::open(dir.path());
    QVERIFY(store.ok());
    QVERIFY((*store)->savePredictions(model, classified).ok());
    const auto flag = std::make_shared<std::atomic_bool>(false);
    const auto table = FeatureTable::load(dir.path(), model.id, keys, flag);
    QVERIFY(table.ok());
    QCOMPARE((*table)->rows(), count);
    QCOMPARE((*table)->count(), int(classified.size()) - 1);
    const auto cosines = (*table)->compare(7);
    QVERIFY(cosines.ok());
    for (int i = 0; i < count; ++i) {
        const float found = (*cosines)[size_t(i)];
        if (i % 11 == 3 || i == 10) {
            QVERIFY(std::isnan(found));
            continue;
        }
        const double expected =
            cosine(classified.value(keys.at(7)).features, classified.value(keys.at(i)).features);
        QVERIFY(std::fabs(double(found) - expected) < 1e-5);
    }
    QVERIFY(!(*table)->compare(3).ok());
    flag->store(true); // given up at once
    QVERIFY((*FeatureTable::load(dir.path(), model.id, keys, flag))->count() < 2);
}

QTEST_GUILESS_MAIN(TestSimilarity)
#include "tst_similarity.moc"
