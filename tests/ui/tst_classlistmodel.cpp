// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/reviewsession.h"
#include "ui/models/classlistmodel.h"
#include "ui/theme.h"

#include "fakemodel.h"

#include "../support/birbcamfolder.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace birblens;

class TestClassListModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void emptyWithoutModel();
    void sortsByProbability();
    void targetsFollowThePrediction();
    void explanationStandsIn();
    void searchesALongVocabulary();
    void colours();

private:
    std::unique_ptr<testing::BirbCamFolder> m_folder;
    std::unique_ptr<ReviewSession> m_session;
};

static QStringList names(const QAbstractItemModel &model)
{
    QStringList result;
    for (int row = 0; row < model.rowCount(); ++row)
        result.append(model.index(row, 0).data().toString());
    return result;
}

void TestClassListModel::init()
{
    m_folder = std::make_unique<testing::BirbCamFolder>();
    m_folder->add(
        {{"2021-02-08T10:56:58", "chickadee", 0.91}, {"2021-02-08T10:57:04", "none", 0.9}});
    m_session = std::make_unique<ReviewSession>();
    QSignalSpy opened(m_session.get(), &ReviewSession::dayOpened);
    m_session->openDay(m_folder->path());
    QVERIFY(opened.wait());
    QVERIFY(m_session->currentEntry());
}

void TestClassListModel::emptyWithoutModel()
{
    ClassListModel model(*m_session);
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), 0);
    QVERIFY(!currentPrediction(*m_session));
    m_session->explain().setModel(testing::fakeModel());
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(model.index(1).data().toString(), "magpie");
    QVERIFY(model.index(1).data(ClassListModel::ProbabilityRole).toDouble() < 0.0);
    m_session->explain().setModel({});
    QCOMPARE(model.rowCount(), 0);
}

void TestClassListModel::sortsByProbability()
{
    ClassListModel model(*m_session);
    ClassSortModel sorted(&model);
    const QAbstractItemModelTester tester(&sorted,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    m_session->explain().setModel(testing::fakeModel());
    QCOMPARE(names(sorted), QStringList({"chickadee", "magpie", "sparrow", "squirrel"}));
    const ModelInfo &info = m_session->explain().model()->info;
    m_session->addPredictions(
        info.id, {{m_session->currentKey(), predict(info, {-3.0F, 1.0F, -1.0F, 2.0F})}});
    QCOMPARE(names(sorted), QStringList({"squirrel", "magpie", "sparrow", "chickadee"}));
    QVERIFY(sorted.index(0, 0).data(ClassListModel::PredictedRole).toBool());
    QVERIFY(sorted.index(1, 0).data(ClassListModel::PredictedRole).toBool());
    QVERIFY(!sorted.index(2, 0).data(ClassListModel::PredictedRole).toBool());
    QCOMPARE(sorted.index(0, 0).data(ClassListModel::ThresholdRole).toDouble(), 0.5);
    sorted.setByProbability(false);
    QCOMPARE(names(sorted), QStringList({"chickadee", "magpie", "sparrow", "squirrel"}));
    sorted.setFilterFixedString("SQU");
    QCOMPARE(names(sorted), QStringList{"squirrel"});

    // Another frame, nothing known of it yet.
    sorted.setFilterFixedString({});
    m_session->setCurrentKey(m_session->day().at(1).frame.key);
    QVERIFY(sorted.index(3, 0).data(ClassListModel::ProbabilityRole).toDouble() < 0.0);
}

void TestClassListModel::targetsFollowThePrediction()
{
    m_session->explain().setModel(testing::fakeModel());
    ClassListModel model(*m_session);
    const ModelInfo &info = m_session->explain().model()->info;
    const auto targets = [&] {
        QList<int> rows;
        for (int row = 0; row < model.rowCount(); ++row) {
            if (model.index(row).data(ClassListModel::TargetRole).toBool())
                rows.append(row);
        }
        return rows;
    };
    QCOMPARE(targets(), QList<int>());
    m_session->addPredictions(info.id,
                              {{m_session->currentKey(), testing::fakePrediction(info, {0, 2})}});
    QCOMPARE(targets(), QList<int>({0, 2}));
    m_session->explain().setTargetClasses({3});
    QCOMPARE(targets(), QList<int>({3}));
    m_session->explain().setTargetClasses({});
    // Nothing predicted: the most probable class is explained.
    m_session->addPredictions(
        info.id, {{m_session->currentKey(), predict(info, {-3.0F, -1.0F, -2.0F, -4.0F})}});
    QCOMPARE(targets(), QList<int>({1}));
}

void TestClassListModel::explanationStandsIn()
{
    m_session->explain().setModel(testing::fakeModel());
    ClassListModel model(*m_session);
    m_session->explain().setExplanation(testing::fakeExplanation(*m_session, {2}));
    QVERIFY(currentPrediction(*m_session));
    QVERIFY(model.index(2).data(ClassListModel::PredictedRole).toBool());
    // It is of the other frame then.
    m_session->setCurrentKey(m_session->day().at(1).frame.key);
    QVERIFY(!currentPrediction(*m_session));
    QVERIFY(!model.index(2).data(ClassListModel::PredictedRole).toBool());
}

void TestClassListModel::searchesALongVocabulary()
{
    QStringList vocabulary;
    for (int i = 0; i < 965; ++i)
        vocabulary.append(QStringLiteral("species %1").arg(i, 3, 10, QLatin1Char('0')));
    m_session->explain().setModel(testing::fakeModel(vocabulary));
    ClassListModel model(*m_session);
    ClassSortModel sorted(&model);
    const QAbstractItemModelTester tester(&sorted,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    m_session->explain().setExplanation(testing::fakeExplanation(*m_session, {658}));
    QCOMPARE(sorted.index(0, 0).data().toString(), "species 658");
    sorted.setFilterFixedString("96");
    QCOMPARE(sorted.rowCount(), 14); // 096, 196 .. 896 and 960 to 964
    for (const QString &name : names(sorted))
        QVERIFY(name.contains("96"));
}

void TestClassListModel::colours()
{
    const QStringList vocabulary{"chickadee", "magpie"};
    QCOMPARE(classColor(vocabulary, "magpie"), classColor(1));
    QVERIFY(classColor(0) != classColor(1));
    QCOMPARE(classColor(vocabulary, "none"), classColor(-1));
    QCOMPARE(classColor(vocabulary, "ostrich"), classColor({}, "ostrich"));
}

QTEST_MAIN(TestClassListModel)
#include "tst_classlistmodel.moc"
