// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/colormap.h"
#include "core/explain/figure.h"
#include "core/explain/heatmap.h"
#include "core/explain/npy.h"

#include <QBuffer>
#include <QImageReader>
#include <QImageWriter>
#include <QTest>

using namespace birblens;

namespace {

FigureInput example()
{
    FigureInput input;
    input.frameName = QStringLiteral("imgs/2021-02-08T10:56:58_chickadee.jpg");
    input.photo = QImage(120, 160, QImage::Format_RGB888);
    input.photo.fill(QColor(30, 90, 150));
    input.model.vocabulary = {QStringLiteral("chickadee"), QStringLiteral("magpie")};
    input.model.thresholds = {0.5, 0.5};
    input.model.input.width = 60;
    input.model.input.height = 80;
    input.prediction = predict(input.model, {3.0F, -3.0F});
    input.frameSize = input.photo.size();
    input.inputRect = input.photo.rect();
    input.map = {{TargetKind::Class, 0, -1},
                 QStringLiteral("0.7"),
                 QStringLiteral("gradcam-signed"),
                 {2, 2, {-1.0F, 0.0F, 1.0F, 3.0F}}};
    input.range = ownRange(input.map.map);
    return input;
}

} // namespace

namespace {

/** A map stretched over a whole frame of which the network sees @p rect. */
QImage stretched(const RawMap &map, const QSize &frame, const QRect &rect, const ScaleRange &range)
{
    const ClassMap whole{{}, {}, {}, map, {}, 0.0, {}};
    return renderHeat(map, placeOf(whole, frame, rect, rect.size(), Alignment::Stretch), range,
                      QStringLiteral("grey"));
}

} // namespace

class TestHeatmap : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void colourMapsHaveTheirKnownEnds()
    {
        // matplotlib's magma: (0.001462, 0.000466, 0.013866) to (0.987053, 0.991438, 0.749504)
        const ColorTable magma = colorTable(QStringLiteral("magma"));
        QCOMPARE(magma[0], qRgb(0, 0, 4));
        QVERIFY(std::abs(qRed(magma[255]) - 252) <= 1 && std::abs(qGreen(magma[255]) - 253) <= 1 &&
                std::abs(qBlue(magma[255]) - 191) <= 1);
        QCOMPARE(colorTable(QStringLiteral("grey"))[77], qRgb(77, 77, 77));
        QCOMPARE(colorMapNames().constFirst(), QStringLiteral("magma"));
        QCOMPARE(colorMapNames().size(), 7);
        QCOMPARE(colorTable(QStringLiteral("unknown"))[0], magma[0]);
    }

    void ranges()
    {
        QCOMPARE(ownRange({1, 3, {-2.0F, 0.5F, 4.0F}}), (ScaleRange{-2.0F, 4.0F}));
        const ScaleRange flat = ownRange({1, 2, {3.0F, 3.0F}});
        QVERIFY(flat.low < flat.high);
        QVERIFY(!(RawMap{1, 2, {-3.0F, -1.0F}}.positive()));
        QVERIFY((RawMap{1, 2, {-3.0F, 0.1F}}.positive()));
    }

    /** Bilinear: cell centres keep their value, half way between two centres is their mean. */
    void stretchesBilinearly()
    {
        const RawMap map{1, 2, {0.0F, 1.0F}};
        const QImage heat = stretched(map, QSize(200, 50), QRect(0, 0, 200, 50), {0.0F, 1.0F});
        QCOMPARE(heat.size(), QSize(200, 50));
        QCOMPARE(qRed(heat.pixel(10, 25)), 0);    // left of the first centre at 50
        QCOMPARE(qRed(heat.pixel(190, 25)), 255); // right of the second centre at 150
        QVERIFY(std::abs(qRed(heat.pixel(100, 25)) - 128) <= 2);
        QVERIFY(std::abs(qRed(heat.pixel(75, 25)) - 64) <= 2);
    }

    /** Crop: nothing is drawn where the network did not look. Pad: the map reaches outside. */
    void followsTheInputGeometry()
    {
        const RawMap map{1, 1, {1.0F}};
        const QImage cropped = stretched(map, QSize(100, 60), QRect(20, 0, 60, 60), {0.0F, 1.0F});
        QCOMPARE(qAlpha(cropped.pixel(19, 30)), 0);
        QCOMPARE(qAlpha(cropped.pixel(20, 30)), 255);
        QCOMPARE(qAlpha(cropped.pixel(79, 30)), 255);
        QCOMPARE(qAlpha(cropped.pixel(80, 30)), 0);
        const RawMap halves{1, 2, {0.0F, 1.0F}};
        const QImage padded =
            stretched(halves, QSize(100, 100), QRect(-50, 0, 200, 100), {0.0F, 1.0F});
        QVERIFY(std::abs(qRed(padded.pixel(50, 50)) - 128) <= 2);
        QVERIFY(qRed(padded.pixel(99, 50)) >= 253); // the second centre is at frame x = 100
        QCOMPARE(qAlpha(padded.pixel(0, 0)), 255);
    }

    /** A padded network's cells are centred at stride * i: cell 1 of two at stride 32 is at 32. */
    void liesWhereTheCellsLook()
    {
        ClassMap map;
        map.map = {1, 3, {0.0F, 1.0F, 0.0F}};
        map.grid = {true, 0.0, 0.0, 32.0, 32.0};
        const QSize input(96, 32);
        const auto peak = [&](Alignment align, const QSize &frame, const QRect &rect) {
            const QImage heat = renderHeat(map.map, placeOf(map, frame, rect, input, align),
                                           {0.0F, 1.0F}, QStringLiteral("grey"));
            double sum = 0.0;
            double weighted = 0.0;
            for (int x = 0; x < heat.width(); ++x) {
                const int level = qAlpha(heat.pixel(x, 0)) ? qRed(heat.pixel(x, 0)) : 0;
                sum += level;
                weighted += level * (x + 0.5);
            }
            return weighted / sum;
        };
        const QRect whole(0, 0, 96, 32);
        QVERIFY(std::abs(peak(Alignment::ReceptiveField, input, whole) - 32.5) < 0.2);
        QVERIFY(std::abs(peak(Alignment::Stretch, input, whole) - 48.0) < 0.2);
        // Twice the size, and cut out of a larger frame.
        QVERIFY(std::abs(peak(Alignment::ReceptiveField, QSize(300, 64), QRect(60, 0, 192, 64)) -
                         (60.0 + 65.0)) < 0.3);
        // What cannot be known is stretched.
        map.grid.known = false;
        QVERIFY(std::abs(peak(Alignment::ReceptiveField, input, whole) - 48.0) < 0.2);
    }

    void divergingColoursAreSymmetric()
    {
        QVERIFY(isDiverging(QStringLiteral("blue-red")));
        QVERIFY(!isDiverging(QStringLiteral("magma")));
        QCOMPARE(rangeFor({-1.0F, 4.0F}, QStringLiteral("blue-red")), (ScaleRange{-4.0F, 4.0F}));
        QCOMPARE(rangeFor({-1.0F, 4.0F}, QStringLiteral("magma")), (ScaleRange{-1.0F, 4.0F}));
        const ColorTable table = colorTable(QStringLiteral("blue-red"));
        QVERIFY(qBlue(table[0]) > qRed(table[0]) && qRed(table[255]) > qBlue(table[255]));
        QVERIFY(qRed(table[127]) > 235 && qGreen(table[127]) > 235 && qBlue(table[127]) > 235);
    }

    void saysHowMuchTheMapAccountsFor()
    {
        ClassMap map;
        map.method = QStringLiteral("hirescam");
        map.map = {1, 2, {1.0F, 2.0F}};
        map.value = 4.5;
        map.atZero = 1.5;
        QVERIFY(shareSentence(map).contains(QLatin1String("3.00")) &&
                shareSentence(map).contains(QLatin1String("1.50")) &&
                shareSentence(map).contains(QLatin1String("together")));
        map.atZero = 0.5;
        QVERIFY(shareSentence(map).contains(QLatin1String("not linear")));
        map.method = QStringLiteral("gradcam");
        QVERIFY(shareSentence(map).isEmpty());
    }

    void clampsOutsideTheRange()
    {
        const RawMap map{1, 2, {-100.0F, 100.0F}};
        const QImage heat = stretched(map, QSize(20, 2), QRect(0, 0, 20, 2), {0.0F, 1.0F});
        QCOMPARE(qRed(heat.pixel(0, 0)), 0);
        QCOMPARE(qRed(heat.pixel(19, 0)), 255);
    }

    void figureShowsBothPanelsAtTheFramesResolution()
    {
        const FigureInput input = example();
        const QImage figure = renderFigure(input);
        QVERIFY(figure.width() > 2 * 120);
        QVERIFY(figure.height() > 160);
        const int margin = (figure.width() - 240) / 3;
        const int top = figure.height() - 160 - margin;
        QCOMPARE(QColor(figure.pixel(margin, top)), QColor(30, 90, 150));
        QCOMPARE(QColor(figure.pixel(margin + 119, top + 159)), QColor(30, 90, 150));
        // Right panel: photograph and map half and half; lower right cell is the map's maximum.
        const QRgb hot = colorTable(QStringLiteral("magma"))[255];
        const QColor mixed(figure.pixel(2 * margin + 120 + 119, top + 159));
        QVERIFY(std::abs(mixed.red() - (30 + qRed(hot)) / 2) <= 2);
        QVERIFY(std::abs(mixed.blue() - (150 + qBlue(hot)) / 2) <= 2);
        QCOMPARE(QColor(figure.pixel(0, 0)), QColor(Qt::white));
    }

    void figureMetadataSurvivesPng()
    {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        QVERIFY(renderFigure(example()).save(&buffer, "PNG"));
        const QImage read = QImage::fromData(bytes);
        QCOMPARE(read.text(QStringLiteral("Frame")),
                 QStringLiteral("imgs/2021-02-08T10:56:58_chickadee.jpg"));
        QCOMPARE(read.text(QStringLiteral("Layer")), QStringLiteral("0.7"));
        QCOMPARE(read.text(QStringLiteral("Method")), QStringLiteral("gradcam-signed"));
        QCOMPARE(read.text(QStringLiteral("Alpha")), QStringLiteral("0.5"));
        QCOMPARE(read.text(QStringLiteral("Scale")), QStringLiteral("per frame, -1 to 3"));
        QCOMPARE(read.text(QStringLiteral("Prediction")), QStringLiteral("chickadee (95.26%)"));
    }

    void titlesAndFileNames()
    {
        QCOMPARE(figureTitle(QStringLiteral("gradcam-signed"), QStringLiteral("chickadee")),
                 QStringLiteral("Grad CAM (chickadee)"));
    }

    /** Header by numpy.lib.format, version 1.0: checked byte by byte. */
    void npy()
    {
        const QByteArray bytes = npyBytes({1.0F, -2.0F, 0.5F, 4.0F, 5.0F, 6.0F}, {2, 3});
        QVERIFY(bytes.startsWith(QByteArray("\x93NUMPY\x01\x00", 8)));
        const int length = static_cast<uchar>(bytes[8]) + 256 * static_cast<uchar>(bytes[9]);
        QCOMPARE((10 + length) % 64, 0);
        QVERIFY(bytes.mid(10, length)
                    .contains("'descr': '<f4', 'fortran_order': False, 'shape': (2,3)"));
        QCOMPARE(bytes[10 + length - 1], '\n');
        QCOMPARE(bytes.size(), 10 + length + 24);
        QCOMPARE(bytes.mid(10 + length, 8), QByteArray("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8));
        QVERIFY(npyBytes({1.0F}, {1}).contains("'shape': (1,)"));
    }
};

QTEST_MAIN(TestHeatmap)
#include "tst_heatmap.moc"
