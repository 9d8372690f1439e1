#include "core/model/inputgeometry.h"

#include "tests/support/torchprobe.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

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

private:
    QHash<QString, TestTensor> m_tensors;
    QJsonArray m_rows;
};

QTEST_GUILESS_MAIN(TestPreprocess)
#include "tst_preprocess.moc"
