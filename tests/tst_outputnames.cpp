// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/outputnames.h"

#include <QTest>

using namespace birblens;

namespace {

ModelInfo model(const QStringList &vocabulary = {"chickadee", "magpie"})
{
    ModelInfo info;
    info.vocabulary = vocabulary;
    return info;
}

ClassMap map(int index, const QString &layer = "0.7", const QString &method = "hirescam")
{
    ClassMap map;
    map.target.classIndex = index;
    map.layer = layer;
    map.method = method;
    return map;
}

QStringList stems(const QStringList &frames, bool foldCase = false)
{
    const MapNames names(frames, model(), {"0.7"}, foldCase);
    QStringList stems;
    for (const QString &frame : frames)
        stems.append(names.frame(frame));
    return stems;
}

} // namespace

class TestOutputNames : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void frames_data()
    {
        QTest::addColumn<QStringList>("frames");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("none meet")
            << QStringList{"imgs/a.b.jpg", "imgs/c.jpg"} << QStringList{"a.b", "c"};
        QTest::newRow("endings") << QStringList{"a.jpg", "b.jpg", "a.png"}
                                 << QStringList{"a.jpg", "b", "a.png"};
        QTest::newRow("endings in a folder")
            << QStringList{"imgs/a.jpg", "imgs/a.png"} << QStringList{"a.jpg", "a.png"};
        QTest::newRow("folders") << QStringList{"x/a.jpg", "y/a.jpg", "y/b.jpg"}
                                 << QStringList{"x_a", "y_a", "b"};
        QTest::newRow("both") << QStringList{"x/a.jpg", "x/a.png", "y/a.jpg"}
                              << QStringList{"a.jpg", "a.png", "y_a"};
        QTest::newRow("a character becomes _")
            << QStringList{"a\\b.jpg", "a_b.jpg"} << QStringList{"a_b.jpg", "a_b.jpg-2"};
        QTest::newRow("a folder becomes _")
            << QStringList{"x/a.jpg", "y/a.jpg", "x_a.jpg"} << QStringList{"a.jpg", "y_a", "x_a"};
        QTest::newRow("a number that is taken") << QStringList{"a\\b.jpg", "a_b.jpg", "a_b-2.jpg"}
                                                << QStringList{"a_b.jpg", "a_b.jpg-2", "a_b-2"};
        QTest::newRow("no ending") << QStringList{"x/.a", "a"} << QStringList{".a", "a"};
    }
    void frames()
    {
        QFETCH(QStringList, frames);
        QFETCH(QStringList, expected);
        QCOMPARE(stems(frames), expected);
        QCOMPARE(stems(frames), expected); // again the same
    }

    void capitals()
    {
        QCOMPARE(stems({"A.jpg", "a.jpg"}), (QStringList{"A", "a"}));
        QCOMPARE(stems({"A.jpg", "a.jpg"}, true), (QStringList{"A.jpg", "a.jpg-2"}));
        QCOMPARE(stems({"x/A.jpg", "y/a.jpg"}, true), (QStringList{"x_A", "y_a"}));
    }

    void classesAndLayers()
    {
        MapNames names({"imgs/a.jpg"}, model({"x/y", "x_y", "x_y", "z"}), {"0.7", "0/7", "0_7"},
                       false);
        QCOMPARE(names.map("imgs/a.jpg", map(0)), QString("a.x_y.0.7.hirescam"));
        QCOMPARE(names.map("imgs/a.jpg", map(1)), QString("a.x_y-2.0.7.hirescam"));
        QCOMPARE(names.map("imgs/a.jpg", map(2)), QString("a.x_y-3.0.7.hirescam"));
        QCOMPARE(names.map("imgs/a.jpg", map(3)), QString("a.z.0.7.hirescam"));
        QCOMPARE(names.map("imgs/a.jpg", map(3, "0/7")), QString("a.z.0_7.hirescam"));
        QCOMPARE(names.map("imgs/a.jpg", map(3, "0_7")), QString("a.z.0_7-2.hirescam"));
        // Whatever was asked for in between.
        QCOMPARE(names.map("imgs/a.jpg", map(1)), QString("a.x_y-2.0.7.hirescam"));
    }

    void partsThatRunTogether()
    {
        MapNames names({"a.jpg", "a.b.jpg"}, model({"b.c", "c"}), {"0"}, false);
        QCOMPARE(names.map("a.jpg", map(0, "0")), QString("a.b.c.0.hirescam"));
        QCOMPARE(names.map("a.b.jpg", map(1, "0")), QString("a.b.c.0.hirescam-2"));
        QCOMPARE(names.map("a.b.jpg", map(1, "0")), QString("a.b.c.0.hirescam-2"));
    }

    void otherTargets()
    {
        MapNames names({"a.jpg"}, model({"bird", "bird"}), {"0"}, false);
        ClassMap contrast = map(0, "0");
        contrast.target.kind = TargetKind::Contrast;
        contrast.target.other = 1;
        QCOMPARE(names.map("a.jpg", contrast), QString("a.bird - bird-2.0.hirescam"));
    }

    void commonFolder()
    {
        QCOMPARE(belowCommonFolder({"/p/x/a.jpg", "/p/y/b/a.jpg"}),
                 (QStringList{"x/a.jpg", "y/b/a.jpg"}));
        QCOMPARE(belowCommonFolder({"/p/x/a.jpg", "/p/x/b.jpg"}), (QStringList{"a.jpg", "b.jpg"}));
        QCOMPARE(belowCommonFolder({"/p/x/a.jpg", "/p/xy/a.jpg"}),
                 (QStringList{"x/a.jpg", "xy/a.jpg"}));
    }
};

QTEST_GUILESS_MAIN(TestOutputNames)
#include "tst_outputnames.moc"
