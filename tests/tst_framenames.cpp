// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/framenames.h"

#include "support/birbcamfolder.h"

using namespace birblens;

namespace {

QList<Frame> frames(const QString &folder, const QStringList &keys)
{
    QList<Frame> list;
    for (const QString &key : keys) {
        Frame frame;
        frame.key = key;
        frame.folder = folder;
        list.append(frame);
    }
    return list;
}

} // namespace

class TestFrameNames : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void finds_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("key");
        QTest::newRow("key") << "x/a.jpg"
                             << "x/a.jpg";
        QTest::newRow("backslash") << "x\\a.jpg"
                                   << "x/a.jpg";
        QTest::newRow("file name") << "b.jpg"
                                   << "y/b.jpg";
        QTest::newRow("key before file name") << "c.jpg"
                                              << "c.jpg";
        QTest::newRow("path") << m_folder.filePath("y/a.jpg") << "y/a.jpg";
        QTest::newRow("path with dots") << m_folder.filePath("x/../y/a.jpg") << "y/a.jpg";
    }

    void finds()
    {
        QFETCH(QString, name);
        QFETCH(QString, key);
        const auto found = names().find(name);
        QVERIFY2(found, found ? "" : qPrintable(found.error().sentence()));
        QCOMPARE(*found, key);
    }

    void severalAreListed()
    {
        const auto found = names().find("a.jpg");
        QVERIFY(!found);
        QVERIFY2(found.error().what.contains("x/a.jpg, y/a.jpg"), qPrintable(found.error().what));
        QVERIFY(!found.error().hint.isEmpty());
        const auto nothing = names().find("d.jpg");
        QVERIFY(!nothing);
        QVERIFY(nothing.error().what.contains("no such frame"));
    }

    void tables_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("key");
        QTest::newRow("key") << "x/a.jpg"
                             << "x/a.jpg";
        QTest::newRow("only one of that name") << "b.jpg"
                                               << "y/b.jpg";
        QTest::newRow("from above the day") << "card/2021/y/a.jpg"
                                            << "y/a.jpg";
        QTest::newRow("Windows") << "D:\\card\\y\\a.jpg"
                                 << "y/a.jpg";
        QTest::newRow("several") << "a.jpg"
                                 << "";
        QTest::newRow("another folder's") << "z/b.jpg"
                                          << "";
        QTest::newRow("nothing") << "d.jpg"
                                 << "";
    }

    void tables()
    {
        QFETCH(QString, path);
        QFETCH(QString, key);
        const auto found = names().findInTable(path);
        QCOMPARE(found ? *found : QString(), key);
    }

    void initTestCase()
    {
        for (const char *name : {"x/a.jpg", "y/a.jpg", "y/b.jpg", "c.jpg", "y/c.jpg"})
            testing::writeFile(m_folder.filePath(name), name);
    }

private:
    FrameNames names() const
    {
        return FrameNames(
            frames(m_folder.path(), {"x/a.jpg", "y/a.jpg", "y/b.jpg", "c.jpg", "y/c.jpg"}));
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestFrameNames)
#include "tst_framenames.moc"
