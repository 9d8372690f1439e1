// SPDX-License-Identifier: GPL-3.0-or-later

// The window's side of tst_exceptions: what throws is said, and the window goes on.

#include "core/guarded.h"
#include "core/review/reviewsession.h"
#include "ui/application.h"
#include "ui/plots/hoursplot.h"
#include "ui/plots/thresholdplot.h"
#include "ui/settingsfile.h"
#include "ui/theme.h"
#include "ui/views/photoloader.h"

#include "fakemodel.h"

#include "../support/birbcamfolder.h"

#include <QSignalSpy>
#include <QTest>

#include <csignal>
#include <stdexcept>
#include <sys/resource.h>

using namespace birblens;

namespace {

struct NoException
{
};

enum Kind { Memory, Standard, Foreign };

void throwOne(int kind)
{
    if (kind == Memory)
        throw std::bad_alloc();
    if (kind == Standard)
        throw std::runtime_error("the cat");
    throw NoException();
}

QString said(int kind, const QString &place)
{
    if (kind == Memory)
        return "There is not enough free memory for this";
    return QString("An internal error stopped this (%1: %2)")
        .arg(place, kind == Standard ? "the cat" : "unknown exception");
}

class Fault
{
public:
    Fault(const QByteArray &place, int kind)
    {
        setFaults([place, kind](const char *here) {
            if (place == here)
                throwOne(kind);
        });
    }
    ~Fault() { setFaults({}); }
};

void kinds()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("no memory") << int(Memory);
    QTest::newRow("a standard exception") << int(Standard);
    QTest::newRow("no standard exception") << int(Foreign);
}

/** A day of two frames and the messages that a person reads. */
struct Bench
{
    Bench()
        : folder({{"2021-02-08T10:00:00", "chickadee"}, {"2021-02-08T11:00:00", "none"}})
    {
        QObject::connect(&session, &ReviewSession::message, &session,
                         [this](const Message &message) { messages.append(message.text); });
        session.openDay(folder.path());
        if (!QTest::qWaitFor([this] { return session.hasDay(); }, 30000))
            qFatal("The day does not open");
        session.setShownKeys(session.day().keys());
        session.explain().setModel(testing::fakeModel());
    }
    testing::BirbCamFolder folder;
    ReviewSession session;
    QStringList messages;
};

/** Throws when it is clicked. */
class Thrower : public QWidget
{
public:
    explicit Thrower(int kind)
        : m_kind(kind)
    {
    }
    int clicks = 0;

protected:
    void mousePressEvent(QMouseEvent *) override
    {
        ++clicks;
        throwOne(m_kind);
    }

private:
    int m_kind;
};

} // namespace

class TestUiExceptions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aPhotograph_data() { kinds(); }
    void aPhotograph()
    {
        QFETCH(int, kind);
        const Bench bench;
        const QString first = bench.session.day().at(0).frame.path();
        const QString second = bench.session.day().at(1).frame.path();
        PhotoLoader loader;
        QSignalSpy failed(&loader, &PhotoLoader::failed);
        QSignalSpy loaded(&loader, &PhotoLoader::loaded);
        {
            const Fault fault("photograph", kind);
            loader.request(first);
            QVERIFY(failed.wait());
            QVERIFY(failed.at(0).at(1).toString().contains(said(kind, "photograph")));
        }
        loader.request(second);
        QVERIFY(loaded.wait());
        loader.request(first); // it was not kept as running for ever
        QVERIFY(loaded.wait());
    }

    void aPlot_data() { kinds(); }
    void aPlot()
    {
        QFETCH(int, kind);
        Bench bench;
        HoursPlot plot(bench.session);
        plot.resize(900, 300);
        {
            const Fault fault("plot", kind);
            plot.show();
            QTRY_VERIFY(!plot.isBusy());
            QVERIFY(plot.words().contains(said(kind, "plot")));
        }
        plot.refresh();
        QTRY_VERIFY(!plot.isBusy());
        QCOMPARE(plot.words(), QString());
    }

    void theCopyOfAModel_data() { kinds(); }
    void theCopyOfAModel()
    {
        QFETCH(int, kind);
        Bench bench;
        ThresholdPlot plot(bench.session);
        const Fault fault("copying a model", kind);
        for (int time = 1; time <= 2; ++time) { // a second one is begun: the first is over
            bench.messages.clear();
            plot.store(bench.folder.path() + "/copy.pt");
            QTRY_VERIFY(!bench.messages.isEmpty());
            QVERIFY(bench.messages.constFirst().contains(said(kind, "copying a model")));
        }
    }

    void aHandlerOfAnEvent_data() { kinds(); }
    void aHandlerOfAnEvent()
    {
        QFETCH(int, kind);
        auto &app = dynamic_cast<Application &>(*qApp);
        QStringList heard;
        app.setReporter([&heard](const Error &error) { heard.append(error.what); });
        Thrower thrower(kind);
        thrower.show();
        QMouseEvent press(QEvent::MouseButtonPress, QPointF(5, 5), QPointF(5, 5), Qt::LeftButton,
                          Qt::LeftButton, {});
        QApplication::sendEvent(&thrower, &press);
        QTRY_COMPARE(heard, QStringList{said(kind, "window")});
        // Not over and over again, but the handler is called as ever.
        QApplication::sendEvent(&thrower, &press);
        QCOMPARE(thrower.clicks, 2);
        QCoreApplication::processEvents();
        QCOMPARE(heard.size(), 1);
        app.setReporter({});
    }

    void settingsSurviveAFullDisk()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("window.ini");
        {
            QSettings settings(path, checkedIniFormat());
            settings.setValue("days/recent", QStringList{"/a b", "/c,d"});
            settings.setValue("window/geometry", QByteArray("\x01\x02\x00\xff", 4));
            settings.setValue("n", 7);
        }
        const QByteArray before = testing::readFile(path);
        QVERIFY(before.contains("recent"));
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit unlimited{};
        getrlimit(RLIMIT_FSIZE, &unlimited);
        const rlimit full{5, unlimited.rlim_max};
        {
            QSettings settings(path, checkedIniFormat());
            settings.setValue("n", 8);
            setrlimit(RLIMIT_FSIZE, &full);
            settings.sync();
            setrlimit(RLIMIT_FSIZE, &unlimited);
            QCOMPARE(settings.status(), QSettings::AccessError);
            QCOMPARE(testing::readFile(path), before);
        }
        const QSettings again(path, checkedIniFormat());
        QCOMPARE(again.value("days/recent").toStringList(), (QStringList{"/a b", "/c,d"}));
        QCOMPARE(again.value("window/geometry").toByteArray(), QByteArray("\x01\x02\x00\xff", 4));
        // Files are those of Qt's own format.
        const QSettings plain(path, QSettings::IniFormat);
        QCOMPARE(plain.value("days/recent").toStringList(), (QStringList{"/a b", "/c,d"}));
    }
};

int main(int argc, char *argv[])
{
    Application app(argc, argv);
    applyTheme(app, "light");
    TestUiExceptions test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_uiexceptions.moc"
