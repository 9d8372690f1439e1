// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/counted.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
#include "core/exporting/htmltext.h"
#include "core/exporting/labelwords.h"
#include "core/exporting/sidecar.h"
#include "core/filepath.h"
#include "core/filewriter.h"

#include <QFile>

#include <unistd.h>

namespace birblens {

namespace {

constexpr qint64 largestSideCar = 64 * 1024 * 1024; ///< bytes; some programs keep a preview in it

/** What photo managers are to find the frame by; '|' separates the levels of a hierarchy. */
SideCarWords wordsOf(const FrameEntry &entry, const std::optional<ModelInfo> &model)
{
    const Finding finding = findingOf(entry, model);
    SideCarWords words;
    words.keywords = finding.unsure ? QStringList{QStringLiteral("unknown")} : finding.labels;
    const QString who = finding.by == Finding::By::Person ? QStringLiteral("confirmed")
                                                          : QStringLiteral("predicted");
    for (QString &word : words.keywords) {
        word = withoutBars(printable(word));
        words.hierarchy.append(QStringLiteral("Birblens|%1|%2").arg(who, word));
    }
    words.flagged = entry.mark.flagged;
    words.comment = printable(entry.mark.comment);
    return words;
}

Result<QByteArray> readSideCar(const QString &path)
{
    const auto facts = fileFacts(path);
    if (!facts && !isLink(path))
        return QByteArray();
    QFile file;
    if (!facts || facts->bytes > largestSideCar || !openForReading(file, path))
        return Error{QStringLiteral("The side-car file that is there cannot be read"), path,
                     QStringLiteral("Check that it is a file and may be read")};
    const QByteArray bytes = file.readAll();
    if (bytes.size() != facts->bytes || file.error() != QFileDevice::NoError)
        return Error{QStringLiteral("The side-car file that is there cannot be read to its end"),
                     path, QStringLiteral("Try again")};
    return bytes;
}

/** Puts @p packet into the place of @p old, unless another program was there in the meantime. */
Result<void> replaceFile(const QString &path, const QByteArray &old, const QByteArray &packet)
{
    FileWriter writer(path);
    writer.write(packet);
    if (auto prepared = writer.prepare(); !prepared)
        return prepared;
    const auto present = readSideCar(path);
    if (!present || *present != old)
        return Error{QStringLiteral("Another program is writing this side-car file"), path,
                     QStringLiteral("Export it again")};
    return writer.commit();
}

/** One side-car after the other, and what is to be said of them in the end. */
class SideCars
{
public:
    Result<void> write(const FrameEntry &entry, const SideCarWords &words, ExportReport &report)
    {
        const QString path = entry.frame.path() + QStringLiteral(".xmp");
        const auto old = readSideCar(path);
        if (!old)
            return old.error();
        if (old->isEmpty() && words.isEmpty()) {
            ++report.skipped; // nothing there, or nobody has looked: no keyword to give
            return {};
        }
        const auto car = replaceInSideCar(*old, words);
        if (!car)
            return Error{car.error().what, path, car.error().hint};
        m_rated += car->othersRated ? 1 : 0;
        m_described += car->othersDescribed ? 1 : 0;
        if (car->isChanged && !car->packet.isEmpty()) {
            if (auto written = replaceFile(path, *old, car->packet); !written)
                return written;
        } else if (car->isChanged && ::unlink(nativePath(path).constData()) != 0) {
            return Error{QStringLiteral("What the side-car file says was taken back, and the file "
                                        "cannot be removed"),
                         path, QStringLiteral("Remove it")};
        }
        if (words.isEmpty()) {
            m_takenBack += car->isChanged ? 1 : 0;
            ++report.skipped;
        } else if (car->isChanged) {
            report.written.append(path);
        } else {
            ++report.unchanged;
        }
        return {};
    }

    QStringList notes() const
    {
        QStringList notes;
        const auto add = [&notes](int number, const QString &one, const QString &many) {
            if (number > 0)
                notes.append(counted(number, one, many));
        };
        add(m_takenBack,
            QStringLiteral(
                "%1 frame has nothing to say any more: what Birblens had written was "
                "taken out of its side-car, and one that held nothing else was removed."),
            QStringLiteral("%1 frames have nothing to say any more: what Birblens had written was "
                           "taken out of their side-cars, and those that held nothing else were "
                           "removed."));
        add(m_rated,
            QStringLiteral("%1 flagged frame was rated by another program already: its rating "
                           "was left as it is."),
            QStringLiteral("%1 flagged frames were rated by another program already: their ratings "
                           "were left as they are."));
        add(m_described,
            QStringLiteral("%1 frame with a comment was described by another program already: the "
                           "description was left as it is."),
            QStringLiteral("%1 frames with comments were described by another program already: the "
                           "descriptions were left as they are."));
        return notes;
    }

private:
    int m_takenBack = 0;
    int m_rated = 0;
    int m_described = 0;
};

} // namespace

Result<ExportReport> exportXmp(const ExportJob &job, const ExportProgress &progress)
{
    ExportReport report;
    SideCars cars;
    const int total = static_cast<int>(job.frames.size());
    for (int i = 0; i < total && !report.cancelled; ++i) {
        if (progress && !progress(i, total)) {
            report.cancelled = true;
            break;
        }
        const FrameEntry &entry = job.frames.at(i);
        if (entry.frame.gone) {
            ++report.skipped;
            continue;
        }
        if (auto written = cars.write(entry, wordsOf(entry, job.model), report); !written)
            report.failures.append({entry.frame.key, written.error()});
    }
    report.notes += cars.notes();
    report.notes += notesOnBars(personsLabels(job));
    if (progress && !report.cancelled)
        progress(total, total);
    return report;
}

} // namespace birblens
