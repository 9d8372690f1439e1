// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/photoloader.h"

#include "../support/birbcamfolder.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace birblens;
using testing::encoded;
using testing::picture;
using testing::writeFile;

class TestPhotoLoader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void smallFramesComeOnce()
    {
        PhotoLoader loader;
        QSignalSpy loaded(&loader, &PhotoLoader::loaded);
        loader.request(small(1));
        QVERIFY(loaded.wait());
        const auto photo = loaded.at(0).at(1).value<LoadedPhoto>();
        QCOMPARE(photo.size, QSize(48, 64));
        QCOMPARE(photo.photo.size(), photo.size);
        QCOMPARE(photo.preview.constBits(), photo.photo.constBits()); // held once
        QCOMPARE(loader.cached(small(1)).size(), photo.size);
        loader.request(small(1)); // at hand: at once
        QCOMPARE(loaded.size(), 2);
        QVERIFY(!loaded.wait(300));
    }

    void aFileWrittenAnewIsNotAtHand()
    {
        const QString path = m_dir.filePath("anew.jpg");
        writeFile(path, encoded(picture(), "jpg"));
        PhotoLoader loader;
        QSignalSpy loaded(&loader, &PhotoLoader::loaded);
        loader.request(path);
        QVERIFY(loaded.wait());
        QVERIFY(!loader.cached(path).isNull());
        writeFile(path, encoded(picture(64, 64), "jpg"));
        QVERIFY(loader.cached(path).isNull());
    }

    void aDamagedFrameIsSeenAndNotAtHand()
    {
        QByteArray bytes = encoded(picture(640, 480), "jpg");
        bytes.replace(bytes.size() / 2, 300, QByteArray(300, '\0')); // a hole, as cards leave them
        const QString path = m_dir.filePath("hole.jpg");
        writeFile(path, bytes);
        PhotoLoader loader;
        QSignalSpy loaded(&loader, &PhotoLoader::loaded);
        loader.request(path);
        QVERIFY(loaded.wait());
        const auto photo = loaded.at(0).at(1).value<LoadedPhoto>();
        QVERIFY(photo.damage.contains("damaged"));
        QCOMPARE(photo.photo.size(), QSize(640, 480));
        QVERIFY(loader.cached(path).isNull()); // so that no network is asked about it
    }

    void largeFramesComeReducedFirst()
    {
        PhotoLoader loader;
        QSignalSpy loaded(&loader, &PhotoLoader::loaded);
        loader.request(large());
        QTRY_COMPARE(loaded.size(), 2);
        const auto first = loaded.at(0).at(1).value<LoadedPhoto>();
        QVERIFY(first.photo.isNull());
        QCOMPARE(first.size, QSize(3600, 400));
        QCOMPARE(first.preview.size(), QSize(1800, 200));
        const auto second = loaded.at(1).at(1).value<LoadedPhoto>();
        QCOMPARE(second.photo.size(), first.size);
        QCOMPARE(second.preview.size(), first.preview.size());
        QCOMPARE(loader.cached(large()).size(), first.size);
    }

    void passedFramesAreNotDecodedInFull()
    {
        PhotoLoader loader;
        QSignalSpy loaded(&loader, &PhotoLoader::loaded);
        loader.request(large());
        QVERIFY(loaded.wait());
        loader.request(small(1));
        QTRY_COMPARE(loaded.size(), 2);
        QVERIFY(!loaded.wait(400));
        QVERIFY(loader.cached(large()).isNull());
    }

    void onlyTheNewestIsAnnounced()
    {
        PhotoLoader loader;
        QSignalSpy loaded(&loader, &PhotoLoader::loaded);
        for (int i = 0; i < 30; ++i)
            loader.request(small(i));
        QTRY_VERIFY(!loaded.isEmpty());
        QVERIFY(!loaded.wait(300));
        QCOMPARE(loaded.size(), 1);
        QCOMPARE(loaded.at(0).at(0).toString(), small(29));
        // What was overtaken before it was begun is not decoded at all.
        QVERIFY(loader.cached(small(15)).isNull());
    }

    void whatIsAheadIsAtHand()
    {
        PhotoLoader loader;
        QSignalSpy loaded(&loader, &PhotoLoader::loaded);
        loader.request(small(1));
        loader.prefetch({small(2), small(3), small(4)});
        QTRY_VERIFY(!loader.cached(small(4)).isNull());
        QVERIFY(!loader.cached(small(2)).isNull());
        QCOMPARE(loaded.size(), 1);
        loader.request(small(2));
        QCOMPARE(loaded.size(), 2);
        // Another direction: the former list is forgotten.
        loader.prefetch({small(10), small(11), small(12), small(13)});
        loader.prefetch({small(20)});
        QTRY_VERIFY(!loader.cached(small(20)).isNull());
        QVERIFY(!loaded.wait(200));
        QVERIFY(loader.cached(small(13)).isNull());
        QVERIFY(loader.room() > 100);
    }

    void passingFramesAreNotBegun()
    {
        PhotoLoader loader;
        QSignalSpy loaded(&loader, &PhotoLoader::loaded);
        loader.request(small(40), true);
        loader.request(small(41), true);
        QTRY_COMPARE(loaded.size(), 1); // the one that one stopped at
        QCOMPARE(loaded.at(0).at(0).toString(), small(41));
        QVERIFY(loader.cached(small(40)).isNull());
        loader.request(small(41), true); // at hand: at once
        QCOMPARE(loaded.size(), 2);
    }

    void saysWhatCannotBeRead()
    {
        PhotoLoader loader;
        QSignalSpy failed(&loader, &PhotoLoader::failed);
        const QString broken = m_dir.filePath("broken.jpg");
        writeFile(broken, encoded(picture(), "jpg").left(200));
        loader.request(broken);
        QVERIFY(failed.wait());
        QVERIFY(failed.at(0).at(1).toString().contains("cut off"));
        QVERIFY(!failed.wait(300)); // once
        writeFile(broken, encoded(picture(), "jpg"));
        QSignalSpy loaded(&loader, &PhotoLoader::loaded);
        loader.request(broken);
        QVERIFY(loaded.wait());
    }

private:
    QString small(int index)
    {
        const QString path = m_dir.filePath(QString("%1.jpg").arg(index));
        if (!QFileInfo::exists(path))
            writeFile(path, encoded(picture(48, 64, index), "jpg"));
        return path;
    }
    QString large()
    {
        const QString path = m_dir.filePath("large.jpg");
        if (!QFileInfo::exists(path))
            writeFile(path, encoded(picture(3600, 400), "jpg"));
        return path;
    }
    QTemporaryDir m_dir;
};

QTEST_GUILESS_MAIN(TestPhotoLoader)
#include "tst_photoloader.moc"
