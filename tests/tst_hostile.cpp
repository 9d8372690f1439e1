// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/interruption.h"
#include "core/model/network.h"
#include "support/modellist.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonObject>
#include <QTest>

using namespace birblens;

namespace {

const testing::ModelFolder models{QStringLiteral("hostile")};

QString hostile(const QString &name)
{
    return models.path(name);
}

constexpr qint64 patience = 300;

/** Asks for a stop once @p patience milliseconds have gone. */
std::function<bool()> soon(const QElapsedTimer &timer)
{
    return [&timer] { return timer.elapsed() >= patience; };
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

/** Models of strangers, made by data/make_hostile.py. */
class TestHostile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_secret = contentOf(hostile(QStringLiteral("secret"))); }

    void isOpenedOrRefused_data()
    {
        QTest::addColumn<QString>("phrase");
        const QJsonObject all = models.list();
        QVERIFY(all.size() >= 82);
        for (auto it = all.begin(); it != all.end(); ++it) {
            if (!it.key().startsWith(QLatin1String("endless_")))
                QTest::newRow(qPrintable(it.key())) << it.value().toString();
        }
    }
    void isOpenedOrRefused()
    {
        QFETCH(QString, phrase);
        const QString path = hostile(QString::fromLatin1(QTest::currentDataTag()) + ".pt");
        const auto network = Network::load(path, {}, Device::Cpu);
        if (phrase.isEmpty()) {
            QVERIFY2(network, network ? "" : qPrintable(network.error().sentence()));
        } else {
            QVERIFY2(!network, "it opened");
            QVERIFY2(network.error().sentence().contains(phrase),
                     qPrintable(network.error().sentence()));
            QCOMPARE(network.error().where, path);
        }
        QVERIFY(!QFile::exists(hostile(QStringLiteral("written"))));
        QCOMPARE(contentOf(hostile(QStringLiteral("secret"))), m_secret);
        QCOMPARE(m_secret.size(), 8);
    }

    void whatNeverEndsIsStopped_data()
    {
        QTest::addColumn<bool>("bare");
        const QJsonObject all = models.list();
        for (auto it = all.begin(); it != all.end(); ++it) {
            if (it.key().startsWith(QLatin1String("endless_")))
                QTest::newRow(qPrintable(it.key())) << false;
        }
        QTest::newRow("endless_loop.") << true;
    }
    void whatNeverEndsIsStopped()
    {
        QFETCH(bool, bare);
        const QString name = QString::fromLatin1(QTest::currentDataTag()).remove(u'.');
        QElapsedTimer timer;
        timer.start();
        const InterruptScope scope(soon(timer));
        std::optional<Error> problem;
        if (bare) {
            const auto inspected = Network::inspect(hostile(name + ".pt"));
            if (!inspected)
                problem = inspected.error();
            else
                problem = Error{QStringLiteral("stopped"), {}, {}}; // it has its description
        } else if (const auto network = Network::load(hostile(name + ".pt"), {}, Device::Cpu);
                   !network) {
            problem = network.error();
        }
        QVERIFY(problem);
        QVERIFY2(problem->what.contains(QLatin1String("stopped")), qPrintable(problem->what));
    }

private:
    QByteArray m_secret;
};

QTEST_GUILESS_MAIN(TestHostile)
#include "tst_hostile.moc"
