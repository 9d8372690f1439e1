// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/explainer.h"
#include "support/modellist.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include <cmath>

using namespace birblens;

namespace {

const testing::ModelFolder models{QStringLiteral("kinds")};

QString kind(const QString &name)
{
    return models.path(name);
}

QImage frame(int number)
{
    return QImage(kind(QStringLiteral("frame%1.png").arg(number)));
}

/** NaN for what is not finite. */
QList<double> numbers(const QJsonValue &row)
{
    QList<double> result;
    for (const QJsonValue &value : row.toArray())
        result.append(value.toDouble(std::nan("")));
    return result;
}

double largest(const QList<double> &values)
{
    double result = 0.0;
    for (const double value : values)
        result = std::max(result, std::abs(value));
    return result;
}

/** Of the largest of @p wanted; infinite where only one of two is finite. */
template <class Values>
double difference(const Values &said, const QList<double> &wanted)
{
    if (static_cast<qsizetype>(said.size()) != wanted.size())
        return INFINITY;
    double result = 0.0;
    for (qsizetype i = 0; i < wanted.size(); ++i) {
        const auto value = static_cast<double>(said[static_cast<decltype(said.size())>(i)]);
        if (std::isfinite(value) != std::isfinite(wanted[i]))
            return INFINITY;
        if (std::isfinite(value))
            result = std::max(result, std::abs(value - wanted[i]));
    }
    return result / std::max(1e-6, largest(wanted));
}

} // namespace

/** Networks of the kinds that people have, made by data/make_kinds.py. */
class TestKinds : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysWhatPythonSays_data()
    {
        QTest::addColumn<QJsonObject>("facts");
        const QJsonObject all = models.list();
        QVERIFY(all.size() >= 98);
        for (auto it = all.begin(); it != all.end(); ++it)
            QTest::newRow(qPrintable(it.key())) << it.value().toObject();
    }
    void saysWhatPythonSays()
    {
        QFETCH(QJsonObject, facts);
        const QString name = QString::fromLatin1(QTest::currentDataTag());
        const auto network = Network::load(kind(name + ".pt"), {}, Device::Cpu);
        if (facts.contains("refused")) {
            QVERIFY2(!network, "it opened");
            const QString said = network.error().sentence();
            QVERIFY2(said.contains(facts["refused"].toString()), qPrintable(said));
            return;
        }
        QVERIFY2(network, network ? "" : qPrintable(network.error().sentence()));
        compareWarnings(facts, (*network)->warnings());
        compareLayers(facts, (*network)->layers());
        compareLogits(facts, **network);
        Explainer explainer(*network);
        if (facts.contains("layer")) {
            compareMap(explainer, facts, QStringLiteral("gradcam-signed"), facts["map"]);
            compareMap(explainer, facts, QStringLiteral("hirescam"), facts["hires"]);
        }
        methodsWithoutGradients(explainer, facts);
    }

    /** In a day of such frames each is one batch with its neighbours or alone. */
    void numbersThatAreNoneAreNoPrediction()
    {
        const auto network =
            Network::load(kind(QStringLiteral("for_some_infinite_traced.pt")), {}, Device::Cpu);
        QVERIFY(network);
        QImage bright = frame(0);
        bright.setPixelColor(0, 0, QColor(255, 0, 0));
        QImage dark = frame(0);
        dark.setPixelColor(0, 0, QColor(0, 0, 0));
        const auto both = (*network)->classify({bright, dark});
        QVERIFY(both);
        QVERIFY(!both->at(0).prediction.isFinite());
        QVERIFY(both->at(1).prediction.isFinite());
    }

    void anotherNumberOfOutputsIsSaid()
    {
        const auto network = Network::load(kind(QStringLiteral("cut_short.pt")), {}, Device::Cpu);
        QVERIFY(network);
        QImage bright = frame(0);
        bright.setPixelColor(0, 0, QColor(255, 0, 0));
        const auto said = (*network)->classify({bright});
        QVERIFY(!said);
        QVERIFY2(said.error().sentence().contains(QLatin1String("6 numbers")),
                 qPrintable(said.error().sentence()));
    }

private:
    void compareWarnings(const QJsonObject &facts, const QStringList &warnings)
    {
        const QString all = warnings.join(QLatin1Char('\n'));
        if (facts.contains("warned"))
            QVERIFY2(all.contains(facts["warned"].toString()), qPrintable(all));
        else
            QVERIFY2(all.isEmpty(), qPrintable(all));
    }

    void compareLayers(const QJsonObject &facts, const QList<LayerInfo> &layers)
    {
        QStringList names;
        for (const LayerInfo &layer : layers)
            names.append(layer.name);
        for (const QJsonValue &wanted : facts["layers"].toArray())
            QVERIFY2(names.contains(wanted.toString()), qPrintable(names.join(' ')));
        for (const QJsonValue &absent : facts["absent"].toArray())
            QVERIFY2(!names.contains(absent.toString()), qPrintable(names.join(' ')));
        if (facts.contains("layers") && facts["layers"].toArray().isEmpty())
            QCOMPARE(names, QStringList());
    }

    void compareLogits(const QJsonObject &facts, Network &network)
    {
        const QJsonArray rows = facts["logits"].toArray();
        QVERIFY(!rows.isEmpty());
        QList<QImage> frames;
        for (int i = 0; i < rows.size(); ++i)
            frames.append(frame(i));
        const auto together = network.classify(frames);
        QVERIFY2(together, together ? "" : qPrintable(together.error().sentence()));
        for (int i = 0; i < rows.size(); ++i) {
            const double apart = difference(together->at(i).prediction.logits, numbers(rows[i]));
            QVERIFY2(apart <= tolerance(), qPrintable(QString::number(apart)));
        }
    }

    void compareMap(Explainer &explainer, const QJsonObject &facts, const QString &method,
                    const QJsonValue &wanted)
    {
        ExplainRequest request;
        request.key = QStringLiteral("frame");
        request.classes = {1};
        request.layer = facts["layer"].toString();
        request.method = method;
        const auto said = explainer.explain(request, frame(0));
        QVERIFY2(said, said ? "" : qPrintable(said.error().sentence()));
        QList<double> values;
        for (const QJsonValue &row : wanted.toArray())
            values.append(numbers(row));
        const double apart = difference(said->maps.first().map.values, values);
        QVERIFY2(apart <= tolerance(), qPrintable(QString::number(apart)));
    }

    void methodsWithoutGradients(Explainer &explainer, const QJsonObject &facts)
    {
        const bool layers = !explainer.network().layers().isEmpty();
        const bool gradients = facts["without"].toBool(true) && layers;
        for (const QString &method : {QStringLiteral("occlusion"), QStringLiteral("ablationcam"),
                                      QStringLiteral("eigencam"), QStringLiteral("gradcam")}) {
            ExplainRequest request;
            request.key = QStringLiteral("frame");
            request.classes = {1};
            request.method = method;
            const auto said = explainer.explain(request, frame(0));
            const bool works = method == QLatin1String("occlusion") ||
                               (layers && method != QLatin1String("gradcam")) || gradients;
            QVERIFY2(said.ok() == works,
                     qPrintable(method + ": " + (said ? "a map" : said.error().sentence())));
        }
    }

    /** Half precision has 11 bits, bfloat16 8; quantised numbers may fall on the next step. */
    static double tolerance()
    {
        const QByteArray name = QTest::currentDataTag();
        if (name == "inside_bfloat16")
            return 2e-2;
        return name == "inside_float16" ? 2e-3 : 1e-4;
    }
};

QTEST_GUILESS_MAIN(TestKinds)
#include "tst_kinds.moc"
