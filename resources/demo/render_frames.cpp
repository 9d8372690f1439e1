// SPDX-License-Identifier: GPL-3.0-or-later

// birblens_demo_frames: writes frames of the demo scene as a camera would, with what is truly in
// them (labels.csv) and where the known objects are (regions.csv).
//
//   birblens_demo_frames --training SEED COUNT OUTDIR
//   birblens_demo_frames --day OUTDIR

#include "core/demo/demoscene.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QSaveFile>
#include <QTextStream>

#include <cstdio>

namespace {

bool writeBytes(const QString &path, const QByteArray &bytes)
{
    QSaveFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
}

QByteArray quoted(const QStringList &labels)
{
    const QByteArray joined = labels.join(QLatin1Char(',')).toUtf8();
    return labels.size() > 1 ? '"' + joined + '"' : joined;
}

int writeFrames(const QList<birblens::DemoShot> &shots, bool timeNames, const QDir &out)
{
    if (!out.mkpath(QStringLiteral("."))) {
        std::fprintf(stderr, "cannot make the folder %s\n", qPrintable(out.path()));
        return 1;
    }
    QByteArray labels("fname,labels\n");
    QByteArray regions("fname,what,x,y,width,height\n");
    QElapsedTimer clock;
    qint64 drawing = 0;
    for (int i = 0; i < shots.size(); ++i) {
        const birblens::DemoShot &shot = shots.at(i);
        const QString name =
            (timeNames ? shot.localTime.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss"))
                       : QStringLiteral("%1").arg(i, 6, 10, QLatin1Char('0'))) +
            QStringLiteral(".jpg");
        clock.start();
        const QByteArray jpeg = birblens::demoJpeg(birblens::renderDemoShot(shot));
        drawing += i > 0 ? clock.elapsed() : 0;
        if (!writeBytes(out.filePath(name), jpeg)) {
            std::fprintf(stderr, "cannot write %s\n", qPrintable(out.filePath(name)));
            return 1;
        }
        labels += name.toUtf8() + ',' + quoted(shot.labels) + '\n';
        for (const birblens::DemoRegion &region : birblens::demoRegions(shot))
            regions += name.toUtf8() + ',' + region.what.toUtf8() + ',' +
                       QByteArray::number(region.box.x()) + ',' +
                       QByteArray::number(region.box.y()) + ',' +
                       QByteArray::number(region.box.width()) + ',' +
                       QByteArray::number(region.box.height()) + '\n';
    }
    if (!writeBytes(out.filePath(QStringLiteral("labels.csv")), labels) ||
        !writeBytes(out.filePath(QStringLiteral("regions.csv")), regions)) {
        std::fprintf(stderr, "cannot write the tables in %s\n", qPrintable(out.path()));
        return 1;
    }
    std::fprintf(stderr, "%d frames, %.1f ms each\n", static_cast<int>(shots.size()),
                 shots.size() > 1 ? static_cast<double>(drawing) / (shots.size() - 1.0) : 0.0);
    return 0;
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments().mid(1);
    if (arguments.size() == 2 && arguments.at(0) == QLatin1String("--day"))
        return writeFrames(birblens::demoDaySchedule(), true, QDir(arguments.at(1)));
    if (arguments.size() == 4 && arguments.at(0) == QLatin1String("--training")) {
        bool seedRead = false;
        bool countRead = false;
        const uint seed = arguments.at(1).toUInt(&seedRead);
        const int count = arguments.at(2).toInt(&countRead);
        if (seedRead && countRead && count > 0)
            return writeFrames(birblens::demoTrainingSchedule(seed, count), false,
                               QDir(arguments.at(3)));
    }
    std::fprintf(stderr, "usage: birblens_demo_frames --training SEED COUNT OUTDIR\n"
                         "       birblens_demo_frames --day OUTDIR\n");
    return 2;
}
