// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/bundlecopy.h"
#include "core/model/network.h"

#include "support/birbcamfolder.h"

#include <QCryptographicHash>
#include <QTest>

using namespace birblens;

namespace {

const QString readRecords = QStringLiteral(R"(
import sys, zipfile
def records(path):
    archive = zipfile.ZipFile(path)
    assert archive.testzip() is None
    own = lambda name: name in ("version", ".data/version", ".data/serialization_id")
    return {n.split("/", 1)[1]: archive.read(n) for n in archive.namelist() if not own(n.split("/", 1)[1])}
before, after = records(sys.argv[1]), records(sys.argv[2])
before.pop("extra/birblens.json", None)
text = after.pop("extra/birblens.json")
assert before == after, set(before) ^ set(after)
assert len(before) > 3
print(text.decode())
)");

} // namespace

class TestBundleCopy : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onlyTheThresholdsChange()
    {
        const QString source = QStringLiteral(BIRBLENS_FIXTURES "/resnet18_scripted.pt");
        auto before = Network::load(source);
        QVERIFY2(before, before ? "" : qPrintable(before.error().what));
        ModelInfo info = (*before)->info();
        const QByteArray bytes = testing::readFile(source);
        info.thresholds.fill(0.25);
        info.thresholds[0] = 0.83;
        QTemporaryDir folder;
        const QString target = folder.filePath("copy.pt");
        const auto written = copyBundle(info, target);
        QVERIFY2(written, written ? "" : qPrintable(written.error().what));
        QCOMPARE(*written, target);
        QVERIFY(testing::readFile(source) == bytes);

        auto after = Network::load(target);
        QVERIFY2(after, after ? "" : qPrintable(after.error().what));
        QCOMPARE((*after)->info().thresholds, info.thresholds);
        QCOMPARE((*after)->info().vocabulary, info.vocabulary);
        QCOMPARE((*after)->info().input, info.input);
        QCOMPARE((*after)->info().id, info.id); // the same logits: nothing is classified again
        // Another reader finds the same network, byte for byte, and the new thresholds.
        testing::PythonProcess python(readRecords, {source, target});
        const bool same = python.waitForFinished();
        const QByteArray output = python.output();
        QVERIFY2(same, output);
        const auto read = modelInfoFromJson(output, target);
        QVERIFY(read);
        QCOMPARE(read->thresholds, info.thresholds);
    }

    void neverTheModelItself()
    {
        QTemporaryDir folder;
        const QString model = folder.filePath("model.pt");
        QVERIFY(QFile::copy(BIRBLENS_FIXTURES "/resnet18_scripted.pt", model));
        const QByteArray bytes = testing::readFile(model);
        ModelInfo info;
        info.path = model;
        info.vocabulary = QStringList{"a"};
        info.thresholds = {0.1};
        const auto result = copyBundle(info, folder.filePath("./model.pt"));
        QVERIFY(!result);
        QVERIFY(result.error().what.contains("never changed"));
        QVERIFY(testing::readFile(model) == bytes);
    }

    void saysWhatFailed()
    {
        QTemporaryDir folder;
        ModelInfo info;
        info.path = folder.filePath("model.pt");
        testing::writeFile(info.path, "not a model");
        const QString target = folder.filePath("copy.pt");
        const auto broken = copyBundle(info, target);
        QVERIFY(!broken);
        QVERIFY(!QFileInfo::exists(target));
        const auto nowhere = copyBundle(info, folder.filePath("no/such/folder/copy.pt"));
        QVERIFY(!nowhere);
        QVERIFY(nowhere.error().where.contains("no/such"));
    }
};

QTEST_GUILESS_MAIN(TestBundleCopy)
#include "tst_bundlecopy.moc"
