// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/inputgeometry.h"

#include "tests/support/torchprobe.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace birblens;

namespace {

QImage toImage(const TestTensor &pixels)
{
    const int height = pixels.shape.at(0);
    const int width = pixels.shape.at(1);
    QImage image(width, height, QImage::Format_RGB888);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < 3 * width; ++x)
            image.scanLine(y)[x] =
                static_cast<uchar>(pixels.values[static_cast<size_t>(y * 3 * width + x)]);
    }
    return image;
}

InputSpec specOf(const QJsonObject &row)
{
    InputSpec input;
    input.height = row.value(QLatin1String("resized_h")).toInt();
    input.width = row.value(QLatin1String("resized_w")).toInt();
    const QString method = row.value(QLatin1String("method")).toString();
    input.resize = method == QLatin1String("crop")  ? Resize::Crop
                   : method == QLatin1String("pad") ? Resize::Pad
                                                    : Resize::Squish;
    const QString pad = row.value(QLatin1String("pad_mode")).toString();
    input.padMode = pad == QLatin1String("border")       ? PadMode::Border
                    : pad == QLatin1String("reflection") ? PadMode::Reflection
                                                         : PadMode::Zeros;
    return input;
}

} // namespace

/** Against images resized by PIL with fastai 2's geometry (data/make_fixtures.py). */
class TestPreprocess : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        m_tensors = readTensors(QStringLiteral(BIRBLENS_FIXTURES "/pil_resize.ref.pt"));
        QFile file(QStringLiteral(BIRBLENS_FIXTURES "/pil_resize.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_rows = QJsonDocument::fromJson(file.readAll()).array();
        QVERIFY(m_rows.size() >= 15);
    }

    void equalsPil()
    {
        for (const auto &value : std::as_const(m_rows)) {
            const QJsonObject row = value.toObject();
            const QString key = row.value(QLatin1String("key")).toString();
            const QImage frame =
                toImage(m_tensors.value(row.value(QLatin1String("img")).toString()));
            const TestTensor expected = m_tensors.value(key);
            QVERIFY2(!expected.isEmpty(), qPrintable(key));
            const QImage ours = resizedFrame(frame, specOf(row));
            QVERIFY2(ours == toImage(expected), qPrintable(key));
        }
    }

    void mapsBackThroughTheSameGeometry()
    {
        for (const auto &value : std::as_const(m_rows)) {
            const QJsonObject row = value.toObject();
            const QSize frame(row.value(QLatin1String("image_w")).toInt(),
                              row.value(QLatin1String("image_h")).toInt());
            const QRect rect = inputRectInFrame(frame, specOf(row));
            QCOMPARE(rect.topLeft(), QPoint(row.value(QLatin1String("offset_x")).toInt(),
                                            row.value(QLatin1String("offset_y")).toInt()));
            QCOMPARE(rect.size(), QSize(row.value(QLatin1String("canvas_w")).toInt(),
                                        row.value(QLatin1String("canvas_h")).toInt()));
        }
    }

    void normalises()
    {
        QImage frame(4, 4, QImage::Format_RGB888);
        frame.fill(QColor(255, 0, 51));
        InputSpec input;
        input.height = 4;
        input.width = 4;
        const TestTensor x = inputOf(frame, input);
        QCOMPARE(x.shape, (QList<int>{1, 3, 4, 4}));
        QVERIFY(std::fabs(x.values[0] - (1.0F - 0.485F) / 0.229F) < 1e-5F);
        QVERIFY(std::fabs(x.values[16] - (0.0F - 0.456F) / 0.224F) < 1e-5F);
        QVERIFY(std::fabs(x.values[32] - (0.2F - 0.406F) / 0.225F) < 1e-5F);
    }

    /** Sampled in float from the presized picture; the settings are read from a bundle's metadata.
     */
    void equalsBatchTransforms()
    {
        const auto tensors = readTensors(QStringLiteral(BIRBLENS_FIXTURES "/presize.ref.pt"));
        const QList<InputSpec> inputs = presizing();
        QVERIFY(inputs.size() >= 10);
        for (qsizetype i = 0; i < inputs.size(); ++i) {
            const TestTensor expected = tensors.value(QStringLiteral("input%1").arg(i));
            const QImage frame = toImage(tensors.value(QStringLiteral("frame%1").arg(i)));
            const TestTensor x = inputOf(frame, inputs[i]);
            QCOMPARE(x.shape, expected.shape);
            QVERIFY(!expected.isEmpty());
            float most = 0.0F;
            for (size_t k = 0; k < expected.values.size(); ++k)
                most = std::max(most, std::fabs(x.values[k] - expected.values[k]));
            QVERIFY2(most <= 1e-5F, qPrintable(QStringLiteral("%1: %2").arg(i).arg(most)));
            // What was resized ahead gives the same.
            QVERIFY(inputOf(resizedFrame(frame, inputs[i]), inputs[i]).values == x.values);
        }
    }

    /** A bright square in a dark frame is drawn where it is. */
    void mapsBackThroughBothSteps()
    {
        for (InputSpec input : presizing()) {
            input.padMode = PadMode::Zeros; // no mirror image of the square
            for (const QPointF share : {QPointF(0.4, 0.4), QPointF(0.6, 0.45), QPointF(0.5, 0.6)}) {
                const QRect square(QPoint(qRound(480 * share.x()), qRound(640 * share.y())),
                                   QSize(60, 60));
                QImage frame(480, 640, QImage::Format_RGB888);
                frame.fill(Qt::black);
                QPainter(&frame).fillRect(square, Qt::white);
                const QRect seen = inputRectInFrame(frame.size(), input);
                const QPointF cell(double(seen.width()) / input.width,
                                   double(seen.height()) / input.height);
                const QPointF at = centreOfLight(inputOf(frame, input));
                const QPointF inFrame(seen.x() + at.x() * cell.x(), seen.y() + at.y() * cell.y());
                const QPointF off = inFrame - QRectF(square).center();
                // Whole pixels of the frame, and the corners' quarter of an input pixel or half of
                // a presized one.
                const QSize first =
                    input.presize->size().isEmpty() ? frame.size() : input.presize->size();
                const QPointF pixel(480.0 / first.width(), 640.0 / first.height());
                QVERIFY2(std::fabs(off.x()) < 0.6 + std::max(cell.x() / 4, pixel.x() / 2) &&
                             std::fabs(off.y()) < 0.6 + std::max(cell.y() / 4, pixel.y() / 2),
                         qPrintable(QStringLiteral("%1 %2").arg(off.x()).arg(off.y())));
            }
        }
    }

    void seesTheMiddle()
    {
        InputSpec input;
        input.height = input.width = 224;
        input.resize = Resize::Crop;
        input.presize = Presize{460, 460};
        QCOMPARE(inputRectInFrame({480, 640}, input), QRect(0, 80, 480, 480));
        input.presize = Presize{400, 300, 1.0, 1.0};
        QCOMPARE(inputRectInFrame({480, 640}, input), QRect(0, 80, 480, 480));
        input.presize->scale = 0.5;
        QCOMPARE(inputRectInFrame({480, 640}, input), QRect(120, 200, 240, 240));
        input.presize = Presize{0, 0, 0.75, 4.0 / 3.0};
        QCOMPARE(inputRectInFrame({480, 640}, input), QRect(0, 0, 480, 640));
        QCOMPARE(inputRectInFrame({480, 960}, input), QRect(0, 160, 480, 640));
        QCOMPARE(inputRectInFrame({960, 480}, input), QRect(160, 0, 640, 480));
        input.resize = Resize::Pad; // the bars are part of what the network sees
        input.presize = Presize{320, 320, 1.0, 1.0};
        QCOMPARE(inputRectInFrame({480, 640}, input), QRect(-80, 0, 640, 640));
    }

private:
    static QList<InputSpec> presizing()
    {
        QFile file(QStringLiteral(BIRBLENS_FIXTURES "/presize.json"));
        QList<InputSpec> result;
        if (!file.open(QIODevice::ReadOnly))
            return result;
        for (const auto &row : QJsonDocument::fromJson(file.readAll()).array()) {
            const auto info =
                modelInfoFromJson(QJsonDocument(row.toObject()).toJson(), file.fileName());
            if (info && info->input.presize)
                result.append(info->input);
        }
        return result;
    }

    /** Of the first channel, in input pixels from the corner. */
    static QPointF centreOfLight(const TestTensor &x)
    {
        const float dark = *std::min_element(x.values.begin(), x.values.end());
        double sum = 0.0;
        QPointF moment;
        for (int row = 0; row < x.shape[2]; ++row) {
            for (int column = 0; column < x.shape[3]; ++column) {
                const double light =
                    double(x.values[static_cast<size_t>(row * x.shape[3] + column)] - dark);
                sum += light;
                moment += light * QPointF(column + 0.5, row + 0.5);
            }
        }
        return moment / sum;
    }

    QHash<QString, TestTensor> m_tensors;
    QJsonArray m_rows;
};

QTEST_GUILESS_MAIN(TestPreprocess)
#include "tst_preprocess.moc"
