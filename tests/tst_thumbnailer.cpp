// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/thumbnailer.h"

#include "support/birbcamfolder.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

using namespace birblens;
using testing::encoded;
using testing::picture;
using testing::writeFile;

class TestThumbnailer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void decodesAndCaches();
    void tellsProblems();
    void changedFileIsTriedAgain();
    void newestFirst();
    void unwantedAreDropped();
    void wantedComeInOrder();
    void keepsBetweenRuns();
    void changedFileIsMadeAgain();
    void asksOnlyOnce();
    void signalsOnItsThread();
    void destroyedWhileRunning();

private:
    QString file(int index)
    {
        QString path = m_dir.filePath(QString("%1.jpg").arg(index));
        if (!QFileInfo::exists(path))
            writeFile(path, encoded(picture(480, 640, index), "jpg"));
        return path;
    }
    QTemporaryDir m_dir;
};

void TestThumbnailer::decodesAndCaches()
{
    Thumbnailer thumbnailer({120, 120});
    QSignalSpy ready(&thumbnailer, &Thumbnailer::ready);
    QVERIFY(thumbnailer.thumbnail(file(1)).isNull());
    QVERIFY(ready.wait());
    QCOMPARE(ready.size(), 1);
    QCOMPARE(ready.first().at(0).toString(), file(1));
    QCOMPARE(ready.first().at(1).toString(), QString());
    QCOMPARE(thumbnailer.thumbnail(file(1)).size(), QSize(90, 120));
    QVERIFY(!ready.wait(50)); // cached: nothing is decoded again
    QVERIFY(thumbnailer.problem(file(1)).isEmpty());
}

void TestThumbnailer::tellsProblems()
{
    const QString broken = m_dir.filePath("broken.jpg");
    writeFile(broken, encoded(picture(), "jpg").left(300));
    Thumbnailer thumbnailer({120, 120});
    QSignalSpy ready(&thumbnailer, &Thumbnailer::ready);
    thumbnailer.thumbnail(broken);
    QVERIFY(ready.wait());
    QVERIFY(ready.first().at(1).toString().contains("cut off"));
    QVERIFY(thumbnailer.problem(broken).contains("cut off"));
    QVERIFY(thumbnailer.thumbnail(broken).isNull());
    QVERIFY(!ready.wait(80)); // known to be broken: not decoded again at every repaint
    thumbnailer.thumbnail(m_dir.filePath("missing.jpg"));
    QVERIFY(ready.wait());
    QVERIFY(ready.last().at(1).toString().contains("missing"));
}

void TestThumbnailer::changedFileIsTriedAgain()
{
    const QString path = m_dir.filePath("growing.jpg");
    const QByteArray whole = encoded(picture(), "jpg");
    writeFile(path, whole.left(whole.size() / 2));
    Thumbnailer thumbnailer({120, 120});
    QSignalSpy ready(&thumbnailer, &Thumbnailer::ready);
    thumbnailer.thumbnail(path);
    QVERIFY(ready.wait());
    QVERIFY(!thumbnailer.problem(path).isEmpty());
    writeFile(path, whole);
    thumbnailer.thumbnail(path);
    QVERIFY(ready.wait());
    QVERIFY(thumbnailer.problem(path).isEmpty());
    QVERIFY(!thumbnailer.thumbnail(path).isNull());
}

void TestThumbnailer::newestFirst()
{
    Thumbnailer thumbnailer({120, 120});
    QSignalSpy ready(&thumbnailer, &Thumbnailer::ready);
    constexpr int count = 30;
    for (int i = 0; i < count; ++i)
        thumbnailer.thumbnail(file(100 + i));
    QTRY_COMPARE(ready.size(), count);
    // The first few had started before the later ones were asked for.
    int place = -1;
    for (int i = 0; i < count; ++i) {
        if (ready.at(i).at(0).toString() == file(100 + count - 1))
            place = i;
    }
    QVERIFY2(place >= 0 && place < 8, qPrintable(QString::number(place)));
}

void TestThumbnailer::unwantedAreDropped()
{
    Thumbnailer thumbnailer({120, 120});
    QSignalSpy ready(&thumbnailer, &Thumbnailer::ready);
    for (int i = 0; i < 60; ++i)
        thumbnailer.thumbnail(file(100 + i));
    const QStringList wanted{file(103), file(107)};
    thumbnailer.setWanted(wanted);
    QTRY_VERIFY(!thumbnailer.thumbnail(file(103)).isNull());
    QTRY_VERIFY(!thumbnailer.thumbnail(file(107)).isNull());
    QTest::qWait(100);
    QVERIFY2(ready.size() <= 2 + 4,
             qPrintable(QString::number(ready.size()))); // + those that ran already
    // What was dropped can be asked for again.
    thumbnailer.thumbnail(file(159));
    thumbnailer.thumbnail(file(130));
    QTRY_VERIFY(!thumbnailer.thumbnail(file(130)).isNull());
}

void TestThumbnailer::wantedComeInOrder()
{
    Thumbnailer thumbnailer({120, 120});
    thumbnailer.setThreads(1);
    QSignalSpy ready(&thumbnailer, &Thumbnailer::ready);
    for (int i = 0; i < 40; ++i)
        thumbnailer.thumbnail(file(100 + i));
    // file(100) runs already. Of what was never asked for nothing comes.
    thumbnailer.setWanted({file(120), file(105), file(300), file(139), file(121)});
    QTRY_COMPARE(ready.size(), 5);
    QStringList came;
    for (const QVariantList &arguments : ready)
        came.append(arguments.at(0).toString());
    QCOMPARE(came, QStringList({file(100), file(120), file(105), file(139), file(121)}));
}

void TestThumbnailer::keepsBetweenRuns()
{
    QTemporaryDir place;
    const auto kept = std::make_shared<ThumbnailCache>(place.path());
    const QString path = m_dir.filePath("kept.jpg");
    const QByteArray whole = encoded(picture(480, 640, 7), "jpg");
    writeFile(path, whole);
    {
        Thumbnailer thumbnailer({120, 120}, kept);
        thumbnailer.thumbnail(path);
        QTRY_VERIFY(!thumbnailer.thumbnail(path).isNull());
    } // waits until it is kept
    // The picture goes, its size and time stay: what is shown now can only be what was kept.
    const QDateTime time = QFileInfo(path).lastModified();
    writeFile(path, QByteArray(whole.size(), 'x'));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.setFileTime(time, QFileDevice::FileModificationTime));
    file.close();
    Thumbnailer thumbnailer({120, 120}, kept);
    QSignalSpy ready(&thumbnailer, &Thumbnailer::ready);
    thumbnailer.thumbnail(path);
    QVERIFY(ready.wait());
    QCOMPARE(ready.first().at(1).toString(), QString());
    QCOMPARE(thumbnailer.thumbnail(path).size(), QSize(90, 120));
}

void TestThumbnailer::changedFileIsMadeAgain()
{
    QTemporaryDir place;
    const auto kept = std::make_shared<ThumbnailCache>(place.path());
    const QString path = m_dir.filePath("changed.jpg");
    for (const QSize &size : {QSize(480, 640), QSize(640, 480)}) {
        writeFile(path, encoded(picture(size.width(), size.height(), 9), "jpg"));
        Thumbnailer thumbnailer({120, 120}, kept);
        thumbnailer.thumbnail(path);
        QTRY_COMPARE(thumbnailer.thumbnail(path).size(),
                     size.scaled(120, 120, Qt::KeepAspectRatio));
    }
}

void TestThumbnailer::asksOnlyOnce()
{
    Thumbnailer thumbnailer({120, 120});
    QSignalSpy ready(&thumbnailer, &Thumbnailer::ready);
    for (int i = 0; i < 20; ++i) {
        thumbnailer.thumbnail(file(200));
        thumbnailer.thumbnail(file(201));
    }
    QTRY_COMPARE(ready.size(), 2);
    QVERIFY(!ready.wait(100));
}

void TestThumbnailer::signalsOnItsThread()
{
    Thumbnailer thumbnailer({120, 120});
    QThread *thread = nullptr;
    connect(
        &thumbnailer, &Thumbnailer::ready, this, [&thread] { thread = QThread::currentThread(); },
        Qt::DirectConnection);
    thumbnailer.thumbnail(file(1));
    QTRY_COMPARE(thread, QThread::currentThread());
}

void TestThumbnailer::destroyedWhileRunning()
{
    for (int round = 0; round < 20; ++round) {
        auto thumbnailer = std::make_unique<Thumbnailer>(QSize(120, 120));
        for (int i = 0; i < 40; ++i)
            thumbnailer->thumbnail(file(100 + i));
        if (round % 2 == 1)
            QTest::qWait(3);
        QElapsedTimer timer;
        timer.start();
        thumbnailer.reset();
        QVERIFY(timer.elapsed() < 1000);
        QCoreApplication::processEvents(); // late deliveries must find nobody
    }
}

QTEST_GUILESS_MAIN(TestThumbnailer)
#include "tst_thumbnailer.moc"
