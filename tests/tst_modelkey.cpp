// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/bundlecopy.h"
#include "core/model/network.h"

#include "support/birbcamfolder.h"

#include <QSet>

using namespace birblens;

namespace {

/**
 * Saves one network in many ways: a folder of NAME.pt. `container` is as another tool writes it:
 * other names inside the archive, another order, one file more.
 */
const QString saveVariants = QStringLiteral(R"(
import copy, io, json, sys, zipfile, torch
source, folder = sys.argv[1:]
extra = {"birblens.json": ""}
net = torch.jit.load(source, _extra_files=extra)
info = json.loads(extra["birblens.json"])

def save(file, module=net, **changes):
    said = copy.deepcopy(info)
    said["input"].update(changes.pop("input", {}))
    said.update(changes)
    torch.jit.save(module, f"{folder}/{file}.pt", _extra_files={"birblens.json": json.dumps(said)})

save("again")
save("provenance", provenance="elsewhere")
save("thresholds", thresholds=[0.25] * len(info["vocabulary"]))
save("names", name="another name", vocabulary=["bird %d" % i for i in range(len(info["vocabulary"]))])
twice = torch.jit.load(f"{folder}/again.pt")
twice.eval()
save("twice", twice)
training = torch.jit.load(source)
training.train()
save("training", training)
before = zipfile.ZipFile(f"{folder}/again.pt")
save("mean", input={"mean": [0.5, 0.456, 0.406]})
save("std", input={"std": [0.229, 0.224, 0.2250001]})
save("size", input={"height": info["input"]["height"] + 32})
save("resize", input={"resize": "squish" if info["input"]["resize"] == "crop" else "crop"})
save("pad", input={"resize": "pad"})
save("reflection", input={"resize": "pad", "pad_mode": "reflection"})
presize = {"height": 460, "width": 460}
save("presize", input={"presize": presize})
save("presize_size", input={"presize": {"height": 461, "width": 460}})
save("presize_ratio", input={"presize": {**presize, "ratio": [0.75, 4 / 3]}})
save("presize_ratio_less", input={"presize": {**presize, "ratio": [0.75, 1.3333]}})
save("presize_scale", input={"presize": {**presize, "scale": 0.875}})
weights = torch.jit.load(source)
with torch.no_grad():
    next(iter(weights.parameters())).view(-1)[3] += 1e-6
save("weights", weights)
buffers = torch.jit.load(source)
with torch.no_grad():
    next(b for n, b in buffers.named_buffers() if n.endswith("running_mean"))[0] += 1e-6
save("buffers", buffers)

class Small(torch.nn.Module):
    def __init__(self, number, vector, plus):
        super().__init__()
        torch.manual_seed(1)
        self.conv = torch.nn.Conv2d(3, 8, 3)
        self.fc = torch.nn.Linear(8, 4)
        self.number = number
        self.plus = plus
        self.vector = torch.tensor(vector)
    def forward(self, x):
        x = torch.relu(self.conv(x) * self.number)
        x = x + self.vector[0]
        if self.plus:
            x = x + 1
        return self.fc(x.mean((2, 3)))

class Other(Small):
    pass

few = dict(vocabulary=["a", "b", "c", "d"], thresholds=[0.5] * 4, default_layer="",
           input={"height": 32, "width": 32})
for name, net_class, arguments in [("small", Small, (2.0, [0.5], False)),
                                   ("small_class", Other, (2.0, [0.5], False)),
                                   ("small_number", Small, (2.5, [0.5], False)),
                                   ("small_vector", Small, (2.0, [0.75], False)),
                                   ("small_plus", Small, (2.0, [0.5], True))]:
    small = net_class(*arguments).eval()
    save(name, torch.jit.script(small), **copy.deepcopy(few))
    save(name + "_traced", torch.jit.trace(small, torch.zeros(1, 3, 32, 32)), **copy.deepcopy(few))
with zipfile.ZipFile(f"{folder}/container.pt", "w") as after:
    for item in sorted(before.infolist(), key=lambda i: i.filename, reverse=True):
        name = "renamed/" + item.filename.split("/", 1)[1]
        after.writestr(name, before.read(item))
    after.writestr("renamed/extra/notes.txt", "notes")
)");

} // namespace

/** What decides the logits is in the key, and nothing else. */
class TestModelKey : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        // From a file: torch.jit.script reads the source of what it compiles.
        const QString script = m_folder.filePath("save_variants.py");
        testing::writeFile(script, saveVariants.toUtf8());
        testing::PythonProcess python(
            "import runpy, sys; sys.argv.pop(0); runpy.run_path(sys.argv[0], "
            "run_name=\"variants\")",
            {script, QStringLiteral(BIRBLENS_FIXTURES "/resnet18_scripted.pt"), m_folder.path()});
        const bool done = python.waitForFinished();
        QVERIFY2(done, python.output());
        m_key = key(QStringLiteral(BIRBLENS_FIXTURES "/resnet18_scripted.pt"));
        QCOMPARE(m_key.size(), 32);
    }

    void sameLogits_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name :
             {"again", "provenance", "thresholds", "names", "twice", "training", "container"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    void sameLogits()
    {
        QFETCH(QString, name);
        QCOMPARE(key(variant(name)), m_key);
    }

    void copyWithOtherThresholds()
    {
        auto network = Network::load(variant("again"));
        QVERIFY(network);
        ModelInfo info = (*network)->info();
        info.thresholds.fill(0.75);
        const auto copy = copyBundle(info, m_folder.filePath("copy.pt"));
        QVERIFY(copy);
        QCOMPARE(key(*copy), m_key);
    }

    void otherLogits_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"mean", "std", "size", "resize", "pad", "weights", "buffers"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    void otherLogits()
    {
        QFETCH(QString, name);
        QVERIFY(key(variant(name)) != m_key);
    }

    void howItIsPadded() { QVERIFY(key(variant("pad")) != key(variant("reflection"))); }

    void presizing()
    {
        QSet<QString> keys{m_key};
        for (const char *name :
             {"presize", "presize_size", "presize_ratio", "presize_ratio_less", "presize_scale"})
            keys.insert(key(variant(name)));
        QCOMPARE(keys.size(), 6);
    }

    void constants_data()
    {
        QTest::addColumn<QString>("suffix");
        QTest::newRow("scripted") << QString();
        QTest::newRow("traced") << QStringLiteral("_traced");
    }

    void constants()
    {
        QFETCH(QString, suffix);
        const QString small = key(variant("small" + suffix));
        QCOMPARE(key(variant("small_class" + suffix)), small);
        for (const char *other : {"small_number", "small_vector", "small_plus"})
            QVERIFY2(key(variant(other + suffix)) != small, other);
    }

    /** The file itself says how frames become input; a bare file does not. */
    void whereSettingsComeFrom()
    {
        QVERIFY((*Network::load(variant("again")))->info().settingsInFile);
        ModelInfo answer;
        answer.vocabulary = (*Network::load(variant("again")))->info().vocabulary;
        answer.input.height = answer.input.width = 64;
        const QString bare = QStringLiteral(BIRBLENS_FIXTURES "/bare.pt");
        const auto network = Network::load(bare, answer);
        QVERIFY2(network, network ? "" : qPrintable(network.error().sentence()));
        QVERIFY(!(*network)->info().settingsInFile);
        // Settings that were corrected are another key.
        answer.input.mean = {0.5F, 0.5F, 0.5F};
        QVERIFY((*Network::load(bare, answer))->info().id != (*network)->info().id);
    }

private:
    QString variant(const QString &name) const { return m_folder.filePath(name + ".pt"); }

    static QString key(const QString &path)
    {
        const auto network = Network::load(path);
        if (!network) {
            QTest::qFail(qPrintable(path + network.error().sentence()), __FILE__, __LINE__);
            return {};
        }
        return (*network)->info().id;
    }

    QTemporaryDir m_folder;
    QString m_key;
};

QTEST_GUILESS_MAIN(TestModelKey)
#include "tst_modelkey.moc"
